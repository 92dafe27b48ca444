// @ts-check
// The share page: shows the card of one stall before anything is saved, and lets the viewer choose what it tells.

import { HistoryError, hours, rowOfStall, stall, withLocal } from './history.js';
import { mountInspector } from './inspect.js';
import { givenName } from './networks.js';
import { pages } from './pages.js';
import { saveFile } from './save.js';
import { fillIn, say, when } from './say.js';
import { catalogue } from './words.js';

const api = globalThis.browser ?? globalThis.chrome;
const PNG = 'image/png';

/** @typedef {import('../target/pages/whystall_pages.js').Share} Share */

/** The text for ISP or service tells of so many days. */
const WEEKS = 28;

/** @template {HTMLElement} T @param {string} id */
const byId = (id) => /** @type {T} */ (document.getElementById(id));

/** @type {HTMLCanvasElement} */
const canvas = byId('card');
/** @type {HTMLFormElement} */
const choices = byId('choices');
/** @type {HTMLFormElement} */
const talk = byId('talk');
const buttons = ['save', 'copy', 'send', 'evidence'].map((id) => /** @type {HTMLButtonElement} */ (byId(id)));
/** What the viewer calls the network of the stall. */
let network = '';
/** What the video of the stall shows. */
let picture = '';
/** The hash of the evidence in the picture that the canvas shows; none while it is being drawn. */
let drawn = '';

fillIn();
document.title = `${say('share_title')} – Whystall`;
mountInspector(byId('check'));
open().catch((error) => (error instanceof HistoryError ? fail(`stats_${error.kind}`) : fail('share_failed', error)));

async function open() {
  const id = new URLSearchParams(location.search).get('stall');
  if (id === null) return nothing();
  const bundle = await evidenceOf(id);
  if (bundle === undefined) return fail('share_unknown');
  const [{ Share }, words] = await Promise.all([pages(), catalogue()]);
  const share = new Share(bundle, words);
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  /** @type {RadioNodeList} */ (choices.elements.namedItem('theme')).value = dark ? 'dark' : 'light';
  byId('loading').hidden = true;
  byId('share').hidden = false;
  const row = await rowOfStall(id).catch((error) => (console.warn('Whystall:', error), undefined));
  if (row) await offerNetwork(row.network);
  await offerPicture(id);
  const past = await pastOf(row).catch((error) => (console.warn('Whystall:', error), { all: '[]', site: '[]' }));
  const retell = () => tellTalk(share, past);
  await redraw(share, Share).then(retell);
  choices.addEventListener('change', () => redraw(share, Share).then(retell));
  talk.addEventListener('change', ({ target }) => target instanceof HTMLInputElement && retell());
  byId('copy-text').addEventListener('click', () => act(copyText));
  byId('save').addEventListener('click', () => act(() => save(file(share))));
  byId('copy').addEventListener('click', () => act(() => copy(share), 'share_copy_undone'));
  byId('send').addEventListener('click', () => act(() => send(file(share)), 'share_send_undone'));
  byId('evidence').addEventListener('click', () => act(() => save(evidence(share))));
  byId('copy').hidden = typeof ClipboardItem === 'undefined';
  byId('send').hidden = !navigator.canShare?.({ files: [new File([new Uint8Array(1)], 'card.png', { type: PNG })] });
}

/** Stored stalls first; those of private windows only the background knows, for as long as their tab is there. @param {string} id */
async function evidenceOf(id) {
  const kept = await stall(id).catch((/** @type {unknown} */ error) => error);
  if (typeof kept === 'string') return kept;
  const here = await api.runtime.sendMessage({ type: 'stall', id });
  if (here === undefined && kept !== undefined) throw kept;
  return here;
}

/** The network can be named if the viewer has given it a name. @param {string} id */
async function offerNetwork(id) {
  network = await givenName(id);
  const label = byId('by-network');
  label.hidden = network === '';
  label.children[1].textContent = say('share_network', network);
}

/** The video can be seen if its page is still there. @param {string} id */
async function offerPicture(id) {
  picture = (await api.runtime.sendMessage({ type: 'picture', id }).catch(() => {})) ?? '';
  byId('by-picture').hidden = picture === '';
}

/**
 * What was watched in the last weeks: over the network of the stall for the ISP, on its site for the service.
 * @param {import('./records.js').Row | undefined} row of the stall
 */
async function pastOf(row) {
  const rows = withLocal(await hours(undefined, Math.floor(Date.now() / 3_600_000) - WEEKS * 24));
  const of = (/** @type {'site' | 'network'} */ what) => JSON.stringify(rows.filter((hour) => row && hour[what] === row[what]));
  return { all: of('network'), site: of('site') };
}

/** @param {Share} share @param {{ all: string, site: string }} past */
function tellTalk(share, { all, site }) {
  const isp = new FormData(talk).get('to') === 'isp';
  /** @type {HTMLTextAreaElement} */ (talk.elements.namedItem('text')).value = share.letter(isp, when(share.began), isp ? all : site, WEEKS);
}

async function copyText() {
  await navigator.clipboard.writeText(String(new FormData(talk).get('text')));
  byId('done').textContent = say('share_talk_copied');
}

/** Drawing takes a moment; what was chosen last is what is shown. */
let drawing = Promise.resolve();

/** @param {Share} share @param {typeof Share} Shape */
function redraw(share, Shape) {
  drawn = '';
  for (const button of buttons) button.disabled = true;
  drawing = drawing.then(() => draw(share, Shape)).catch((error) => fail('share_failed', error));
  return drawing;
}

/** @param {Share} share @param {typeof Share} Shape */
async function draw(share, Shape) {
  const chosen = new FormData(choices);
  const square = chosen.get('shape') === 'square';
  share.choose(chosen.has('host'), chosen.has('date'));
  const [width, height] = Shape.size(square);
  const over = chosen.has('network') && network ? network : undefined;
  const pictured = chosen.has('picture') ? picture : undefined;
  await rasterise(share.svg(when(share.began), over, pictured, square, chosen.get('theme') === 'dark'), width, height);
  // An image only from when there is one: until then nobody is told of one without words.
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', share.said);
  const more = [pictured && say('share_inside_picture'), over && say('share_inside_network'), !chosen.has('host') && say('share_inside_names'), !chosen.has('date') && say(share.tells_date ? 'share_inside_tells' : 'share_inside_date')];
  byId('inside').textContent = [say('share_inside'), ...more.filter(Boolean)].join(' ');
  drawn = share.fingerprint;
  for (const button of buttons) button.disabled = false;
}

/** @param {string} svg @param {number} width @param {number} height */
async function rasterise(svg, width, height) {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image(width, height);
    image.src = url;
    await image.decode();
    canvas.width = width;
    canvas.height = height;
    context().drawImage(image, 0, 0, width, height);
  } finally {
    URL.revokeObjectURL(url);
  }
}

function context() {
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('no canvas');
  return context;
}

/** The card as a file. What is sealed is what the canvas gives, which a browser may have changed a little. @param {Share} share */
function file(share) {
  const { width, height } = canvas;
  const { data } = context().getImageData(0, 0, width, height);
  const png = share.seal(new Uint8Array(data.buffer), width, height);
  return new File([png], `whystall-${drawn.slice(0, 12)}.png`, { type: PNG });
}

/** @param {Share} share */
function evidence(share) {
  return new File([share.evidence], `whystall-${drawn.slice(0, 12)}.whystall`, { type: 'application/json' });
}

/** @param {() => unknown} action @param {string} undone what is said where it could not be done */
async function act(action, undone = 'share_undone') {
  byId('done').textContent = '';
  try {
    await action();
  } catch (error) {
    if (/** @type {Error} */ (error).name !== 'AbortError') tell(undone, error);
  }
}

/** @param {File} file */
function save(file) {
  saveFile(file, file.name);
  byId('done').textContent = `${say('share_saved')} ${file.name}`;
}

/** @param {Share} share */
async function copy(share) {
  await navigator.clipboard.write([new ClipboardItem({ [PNG]: file(share) })]);
  byId('done').textContent = say('share_copied');
}

/** @param {File} file */
async function send(file) {
  await navigator.share({ files: [file] });
}

/** Without a stall the page is for checking what others handed on. */
function nothing() {
  byId('loading').textContent = say('share_none');
}

/** @param {string} key @param {unknown} [error] */
function fail(key, error) {
  byId('loading').hidden = true;
  byId('share').hidden = true;
  const failed = byId('failed');
  failed.hidden = false;
  failed.textContent = [say(key), error instanceof Error ? error.message : ''].join(' ').trim();
}

/** @param {string} key @param {unknown} error */
function tell(key, error) {
  byId('done').textContent = `${say(key)} ${error instanceof Error ? error.message : ''}`.trim();
}
