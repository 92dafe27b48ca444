// @ts-check
// The line test: the viewer's line measured on a press of a button, and what was measured beside what is paid for.

import { CAPS, PAUSE, changeLine, keepRun, lineSetting, onLine, runsOf, serverOf } from './lines.js';
import { runLine } from './line-run.js';
import { currentNetwork, onNetworks } from './networks.js';
import { compare } from './plan.js';
import { element, fillIn, number, percent, say, when } from './say.js';

const api = globalThis.browser ?? globalThis.chrome;
const at = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id));

/** How often it is asked whether something plays, and what must pass anew, ms. */
const LOOKS_EVERY = 1000;
/** A test takes this long each way, s. */
const LASTS = 10;

/** Stops the test under way. @type {AbortController | undefined} */
let running;

fillIn();
at('most').append(...CAPS.map((most) => element('option', { value: most }, size(most))));
at('accepted').addEventListener('change', () => changeLine({ accepted: at('accepted').checked }));
at('most').addEventListener('change', () => changeLine({ most: Number(at('most').value) }));
at('server').addEventListener('change', saveServer);
at('how').addEventListener('submit', (/** @type {Event} */ event) => event.preventDefault());
at('start').addEventListener('click', start);
at('stop').addEventListener('click', () => running?.abort());
onLine(draw);
onNetworks(draw);
setInterval(draw, LOOKS_EVERY);
draw().then(() => performance.mark('shown'));

/** Why no test may run now; '' if one may. @param {import('./lines.js').Line} line */
async function whyNot({ accepted, server, asked }) {
  if (!server && !accepted) return say('line_not_accepted');
  if (await api.runtime.sendMessage({ type: 'playing' }).catch(() => false)) return say('line_playing');
  const left = server ? 0 : asked + PAUSE - Date.now();
  return left > 0 ? say('line_pause', Math.ceil(left / 60_000)) : '';
}

async function draw() {
  const line = await lineSetting();
  at('accepted').checked = line.accepted;
  at('policy').hidden = line.server !== '';
  at('most').value = String(line.most);
  const steady = line.most / 2 / LASTS;
  write('most-means', say('line_most_means', size(line.most), speed(steady * 8)));
  if (document.activeElement !== at('server') && at('server').getAttribute('aria-invalid') !== 'true') at('server').value = line.server;
  const why = running ? '' : await whyNot(line);
  if (running && (await api.runtime.sendMessage({ type: 'playing' }).catch(() => false))) running.abort('playing');
  write('why', why);
  at('start').disabled = why !== '' || running !== undefined;
  for (const id of ['accepted', 'most', 'server']) at(id).disabled = running !== undefined;
  at('stop').hidden = at('under-way').hidden = running === undefined;
  await drawRuns();
}

/** Only what is new is read out. @param {string} id @param {string} text */
function write(id, text) {
  if (at(id).textContent !== text) at(id).textContent = text;
}

async function saveServer() {
  const text = at('server').value.trim();
  const server = serverOf(text);
  const wrong = text !== '' && server === null;
  at('server').setAttribute('aria-invalid', String(wrong));
  write('server-problem', wrong ? say('line_server_problem') : '');
  if (!wrong) await changeLine({ server: server?.url ?? '' });
}

async function start() {
  const line = await lineSetting();
  if (running || (await whyNot(line))) return;
  const here = await currentNetwork();
  running = new AbortController();
  at('result').replaceChildren();
  if (!line.server) await changeLine({ asked: Date.now() });
  await draw();
  at('stop').focus();
  const result = await runLine({ server: line.server, most: line.most, signal: running.signal, tell });
  const playing = running.signal.reason === 'playing';
  running = undefined;
  const { outcome, ...run } = result;
  if (outcome === 'done') await keepRun({ ...run, network: here.id, at: Date.now() });
  at('result').replaceChildren(...told(result, playing ? 'playing' : outcome));
  await draw();
  at('start').focus();
}

/** @param {import('./line-run.js').Progress} progress */
function tell({ phase, bits, seconds, bytes }) {
  write('phase', say(`line_phase_${phase}`));
  at('progress').value = Math.min(1, seconds / LASTS) / 2 + (phase === 'up' ? 0.5 : 0);
  write('so-far', bits === null ? '' : say('line_so_far', speed(bits), size(bytes)));
}

/** @param {import('./line-run.js').Result} result @param {string} outcome */
function told({ down, up, answer, bytes, capped, server }, outcome) {
  const paragraph = (/** @type {string} */ key, /** @type {(string | number)[]} */ ...values) => element('p', {}, say(key, ...values));
  if (outcome !== 'done') return [paragraph(`line_outcome_${outcome.replace('-', '_')}`), ...(bytes > 0 ? [paragraph('line_moved', size(bytes), server)] : [])];
  return [
    element('p', { class: 'speed' }, say(capped ? 'line_result_at_least' : 'line_result', speed(down ?? 0), speed(up))),
    ...(up === null ? [paragraph('line_up_unknown')] : []),
    ...(answer ? [paragraph('line_answer', number(answer / 1000))] : []),
    paragraph('line_moved', size(bytes), server),
    ...(capped ? [paragraph('line_capped')] : []),
  ];
}

async function drawRuns() {
  const here = await currentNetwork();
  const runs = await runsOf(here.id);
  const { is, part, count, median } = compare(here.plan, runs);
  const paid = here.plan ? speed(here.plan.down * 1e6) : '';
  if (is === 'no-plan' || is === 'few') write('paid', say(is === 'few' ? 'plan_few' : 'plan_no_plan', paid, count));
  else write('paid', say(`plan_${is.replace('-', '_')}`, paid, speed(median ?? 0), percent(part === null ? null : Math.round(part * 1e6)), count));
  at('runs').hidden = runs.length === 0;
  if (at('runs').dataset.shown === JSON.stringify([runs, paid])) return;
  at('runs').dataset.shown = JSON.stringify([runs, paid]);
  const of = ({ down }) => (here.plan && down !== null ? percent(Math.round((down / (here.plan.down * 1e6)) * 1e6)) : '–');
  const row = (/** @type {import('./plan.js').Run} */ run) =>
    element('tr', {}, element('th', { scope: 'row' }, when(run.at)),
      ...[say(run.capped ? 'plan_at_least' : 'plan_speed', speed(run.down ?? 0)), speed(run.up), of(run)].map((cell) => element('td', {}, cell)));
  const head = ['when', 'down', 'up', 'part'].map((key) => element('th', { scope: 'col' }, say(`plan_${key}`)));
  at('runs').replaceChildren(element('table', {}, element('thead', {}, element('tr', {}, ...head)), element('tbody', {}, ...runs.map(row))));
}

/** @param {number | null} bits a second; `null`: not known */
function speed(bits) {
  if (bits === null) return '–';
  return `${number(bits >= 1e7 ? Math.round(bits / 1e6) : Math.round(bits / 1e5) / 10)}\u00a0Mbit/s`;
}

/** @param {number} bytes */
function size(bytes) {
  return `${number(Math.round(bytes / 1e5) / 10)}\u00a0MB`;
}
