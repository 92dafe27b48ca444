// @ts-check
// The stats page: reads the history's sums, has them added up (src/history/), shows what came out. The list of stalls and
// what can be done with the data: stats-list.js, stats-data.js.

import { show, sitesChart, table, trendChart, weekChart, zonesChart } from './charts.js';
import { changeAsked, markedDays, mountMarks, networksAsked, offerNetworks, showChange, showMarks, showNetworks } from './comparison.js';
import { HistoryError, begin, readHours, withLocal } from './history.js';
import { mountInspector } from './inspect.js';
import { allNetworks } from './networks.js';
import { pages } from './pages.js';
import { element, fillIn, length, onDay, percent, places, say, times } from './say.js';
import { showData } from './stats-data.js';
import { showStalls } from './stats-list.js';
import { tableDate } from './table.js';

const api = globalThis.browser ?? globalThis.chrome;
const DAY = 86_400_000;
/** Periods to choose from, in days; 0 is all. */
const PERIODS = [0, 7, 30, 90, 365];

/** What the parts of the page may ask of it. */
const host = { ask, changed: () => answer().catch(fail) };

const at = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const filter = /** @type {HTMLFormElement} */ (at('filter'));
const chosen = (/** @type {string} */ name) => /** @type {HTMLSelectElement} */ (filter.elements.namedItem(name));

/** The sums, as the core reads them. */
let sums = '[]';
/** What networks are called. @type {Map<string, string>} */
let names = new Map();

fillIn();
filter.addEventListener('change', () => answer().catch(fail));
at('none').querySelector('button')?.addEventListener('click', () => {
  filter.reset();
  answer().catch(fail);
  chosen('days').focus();
});
at('state').replaceChildren(element('p', { class: 'loading' }, say('stats_loading')));
fill(chosen('days'), PERIODS.map((days) => [String(days), days === 0 ? say('stats_period_all') : say('stats_period_days', days)]));
showFull();
load();
tableDate().then((date) => at('table').replaceChildren(say('stats_networks_table', date)));

/** @param {string} id */
function networkName(id) {
  return names.get(id) || (id ? say('compare_network_unknown', id.slice(0, 8)) : say('stats_site_unknown'));
}

/** Reads it all and shows it. */
async function load() {
  try {
    await begin();
    const { hours, spoilt } = await readHours();
    const rows = withLocal(hours);
    at('spoilt').replaceChildren(...(spoilt > 0 ? [element('p', { class: 'notice' }, say('stats_spoilt', spoilt))] : []));
    sums = JSON.stringify(rows);
    names = new Map((await allNetworks()).map(({ id, name, provider }) => [id, name || (provider ?? '')]));
    const all = (/** @type {'site' | 'network'} */ of) => [...new Set(rows.map((row) => row[of]))];
    const options = (/** @type {[string, string][]} */ named) =>
      named.sort(([, a], [, b]) => a.localeCompare(b)).map(([id, name]) => /** @type {[string, string]} */ ([`=${id}`, name]));
    const networks = all('network').map((id) => /** @type {[string, string]} */ ([id, networkName(id)]));
    fill(chosen('site'), [['', say('stats_site_all')], ...options(all('site').map((site) => [site, site || say('stats_site_unknown')]))]);
    fill(chosen('network'), [['', say('stats_network_all')], ...options(networks)]);
    at('by-network').hidden = networks.length < 2;
    at('pair-section').hidden = networks.length < 2;
    offerNetworks(networks);
    await showMarks(host);
    at('filled').hidden = rows.length === 0;
    at('state').replaceChildren(...(rows.length === 0 ? [nothing()] : []));
    at('data').hidden = false;
    if (rows.length > 0) await answer();
  } catch (error) {
    fail(error);
  }
  performance.mark('shown');
}

mountInspector(at('check'));
mountMarks(host);
showData({ notice, changed: load, ask });

/** What the viewer asks, and the answer on the page. */
async function answer() {
  const only = (/** @type {string} */ name) => (chosen(name).value ? chosen(name).value.slice(1) : undefined);
  const days = Number(chosen('days').value);
  const now = new Date();
  const today = Math.floor((now.getTime() - now.getTimezoneOffset() * 60_000) / DAY);
  const from = days === 0 ? undefined : today - days + 1;
  const since = from === undefined ? undefined : new Date(now.getFullYear(), now.getMonth(), now.getDate() - days + 1).getTime();
  const { history_answer } = await pages();
  const asked = { site: only('site'), network: only('network'), from };
  const told = JSON.parse(history_answer(sums, JSON.stringify({ ...asked, compare: await changeAsked() })));
  const { sum } = told.figures;
  const matches = sum.played + sum.stalled > 0 || sum.starts > 0;
  at('none').hidden = matches;
  at('answer').hidden = !matches;
  if (!matches) return;
  showFigures(told.figures);
  showZones(told, sum.stalls);
  const days_ = told.days.filter(({ figures }) => figures.stalled !== null);
  const charts = days_.length > 0;
  if (charts) show(at('trend'), trendChart(days_, await markedDays()));
  if (charts) show(at('week'), weekChart(told.week));
  showNamed('sites', told.sites, 1);
  showNamed('networks', told.networks.map((/** @type {any} */ network) => ({ ...network, name: networkName(network.name) })), 2);
  showChange(told.comparison);
  const compare = networksAsked();
  showNetworks(compare && JSON.parse(history_answer(sums, JSON.stringify({ ...asked, network: undefined, compare }))).comparison);
  await showStalls({ site: only('site'), network: only('network'), since }, { ask, changed: load });
}

/** @param {any} figures */
function showFigures({ sum, stalled, stallsAnHour, startUp, reduced }) {
  const all = [
    ['stats_watched', length(sum.played + sum.stalled)],
    ['history_stalled', percent(stalled)],
    ['history_stalls_an_hour', times(stallsAnHour)],
    ['history_start_up', length(startUp)],
    ['history_reduced', percent(reduced)],
  ];
  at('figures').replaceChildren(...all.map(([key, value]) => element('div', {}, element('dt', {}, say(key)), element('dd', {}, value))));
  at('little').hidden = stallsAnHour !== null;
}

/** @param {any} told @param {number} stalls */
function showZones({ zones, sets }, stalls) {
  if (stalls === 0) {
    at('zones').replaceChildren(element('p', {}, say('stats_no_stalls')));
    at('sets').replaceChildren();
    return;
  }
  show(at('zones'), zonesChart(zones));
  const apart = sets.filter(({ zones }) => zones.length !== 1);
  const rows = apart.map(({ zones, stalls, stalled }) => [places(zones), stalls, length(stalled)]);
  const head = [say('stats_zone'), say('stats_count'), say('stats_time')];
  at('sets').replaceChildren(...(rows.length === 0 ? [] : [element('details', {}, element('summary', {}, say('stats_sets')), table(say('stats_sets'), head, rows))]));
}

/** @param {'sites' | 'networks'} what @param {any[]} rows @param {number} least fewer tell nothing that is not told already */
function showNamed(what, rows, least) {
  const known = rows.filter(({ figures }) => figures.stalled !== null);
  at(`${what}-section`).hidden = known.length < least;
  if (known.length < least) return;
  const caption = say(what === 'sites' ? 'stats_sites' : 'stats_networks');
  show(at(what), sitesChart(known, caption, say(what === 'sites' ? 'stats_site' : 'stats_network')));
}

const nothing = () => element('div', { class: 'empty' }, element('h2', {}, say('stats_empty')), element('p', {}, say('stats_empty_do')));

/** @param {unknown} error */
function broken(error) {
  if (!(error instanceof HistoryError)) return element('div', { class: 'error' }, element('p', {}, say('stats_failed', String(error))));
  const key = `stats_${error.kind}`;
  return element('div', { class: 'error' }, element('h2', {}, say(key)), element('p', {}, say(`${key}_do`)));
}

/** @param {unknown} error */
function fail(error) {
  console.error('Whystall:', error);
  at('filled').hidden = true;
  at('state').replaceChildren(broken(error));
}

/** The browser had no room for evidence, and the viewer is to know. */
async function showFull() {
  const stores = [api.storage.local, api.storage.session];
  const [kept, noted] = await Promise.all(stores.map((place) => place.get('historyFull')));
  const historyFull = kept.historyFull ?? noted.historyFull;
  if (!historyFull) return;
  const day = Math.floor((historyFull - new Date(historyFull).getTimezoneOffset() * 60_000) / DAY);
  const button = element('button', { type: 'button' }, say('stats_understood'));
  const shown = notice(say('stats_full', onDay(day)), button);
  button.addEventListener('click', () => {
    for (const place of stores) place.remove('historyFull');
    shown.remove();
  });
}

/** Says something above all else. @param {string} words @param {Node[]} more */
function notice(words, ...more) {
  const shown = element('div', { class: 'notice' }, element('p', {}, words), ...more);
  at('notices').append(shown);
  return shown;
}

/** Asks whether the viewer is sure. @param {string} question @returns {Promise<boolean>} */
function ask(question) {
  const dialog = /** @type {HTMLDialogElement} */ (at('sure'));
  at('sure-question').textContent = question;
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener('close', () => done(dialog.returnValue === 'yes'), { once: true }));
}

/** What is chosen stays so, if it is still to choose. @param {HTMLSelectElement} select @param {[string, string][]} options */
function fill(select, options) {
  const { value } = select;
  select.replaceChildren(...options.map(([value, words]) => element('option', { value }, words)));
  if (options.some(([other]) => other === value)) select.value = value;
}
