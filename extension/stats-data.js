// @ts-check
// What the viewer can do with the data on the stats page: how long it is kept, files, deleting.

import { IMPORT_LIMIT, ImportError, fromJson, toCsv, toJson } from './archive.js';
import { KEEP_DAYS, add, everything, keepDays, removeAll } from './history.js';
import { addMarks, marks, removeMarks } from './marks.js';
import { allNetworks, learnNetworks } from './networks.js';
import { pages } from './pages.js';
import { saveFile } from './save.js';
import { element, say } from './say.js';

const api = globalThis.browser ?? globalThis.chrome;

/** Days to choose from; 0 is for ever. */
const CHOICES = [30, 90, 365, 730, 0];

const at = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

/**
 * @param {{
 *   notice: (words: string) => void,
 *   changed: () => Promise<void>,
 *   ask: (question: string) => Promise<boolean>,
 * }} host
 */
export function showData({ notice, changed, ask }) {
  const keep = /** @type {HTMLSelectElement} */ (at('keep'));
  const file = /** @type {HTMLInputElement} */ (at('import-file'));
  const words = (/** @type {number} */ days) => (days === 0 ? say('stats_keep_ever') : days === KEEP_DAYS ? say('stats_keep_year') : say('stats_keep_days', days));
  keep.replaceChildren(...CHOICES.map((days) => element('option', { value: String(days) }, words(days))));
  keepDays().then((days) => (keep.value = String(days)));
  // The background does what it says.
  keep.addEventListener('change', () => api.storage.local.set({ keepDays: Number(keep.value) }));

  /** @param {string} id @param {() => Promise<void>} does */
  const button = (id, does) => at(id).addEventListener('click', () => does().catch((error) => failed(error)));
  /** @param {any} error */
  const failed = (error) => {
    const why = error instanceof ImportError ? reason(error) : String(error?.message ?? error);
    if (error !== CANCELLED) notice(say(error instanceof ImportError ? 'stats_import_bad' : 'stats_failed', why));
    else notice(say('stats_cancelled'));
  };
  button('export-json', () => atLength('stats_saving', async (step) => {
    const all = { ...(await everything()), marks: await marks(), networks: await allNetworks() };
    saveFile(new Blob(await toJson(all, step), { type: 'application/json' }), 'whystall-history.json');
  }));
  button('export-csv', async () => saveFile(new Blob(toCsv((await everything()).stalls, new Map((await allNetworks()).map(({ id, name }) => [id, name]))), { type: 'text/csv' }), 'whystall-history.csv'));
  button('import', async () => file.click());
  button('delete-all', async () => {
    if (!(await ask(say('stats_delete_all_sure')))) return;
    await Promise.all([removeAll(), removeMarks()]);
    await changed();
  });
  file.addEventListener('change', async () => {
    const [chosen] = file.files ?? [];
    file.value = '';
    if (!chosen) return;
    try {
      const { added, refused, undated } = await atLength('stats_reading', (step) => readIn(chosen, step));
      notice(say('stats_imported', added));
      if (refused > 0) notice(say('stats_import_refused', refused));
      if (undated > 0) notice(say('stats_import_undated', undated));
      await changed();
    } catch (error) {
      failed(error);
    }
  });
}

/** In words. @param {ImportError} error */
const reason = ({ kind, message }) => say(`stats_import_${kind}`, kind === 'large' ? IMPORT_LIMIT / 1e6 : message);

/** The viewer has ended it. */
const CANCELLED = new Error('cancelled');
/** Milliseconds of work, after which the page may show and hear something. */
const AT_ONCE = 50;

/**
 * Does what takes its time with all else that files do out of reach: shows how far it is, and ends it when the viewer wants to.
 * @template T
 * @param {string} words @param {(step: import('./archive.js').Step) => Promise<T>} work
 * @returns {Promise<T>}
 */
async function atLength(words, work) {
  const busy = at('busy');
  const bar = /** @type {HTMLProgressElement} */ (at('busy-bar'));
  const others = [...document.querySelectorAll('#data .buttons button')].map((button) => /** @type {HTMLButtonElement} */ (button));
  const before = /** @type {HTMLElement | null} */ (document.activeElement);
  let ended = false;
  let rested = performance.now();
  at('busy-what').textContent = say(words);
  at('busy-end').onclick = () => (ended = true);
  bar.removeAttribute('value');
  busy.hidden = false;
  for (const button of others) button.disabled = true;
  try {
    return await work((done, all) => {
      if (ended) throw CANCELLED;
      if (performance.now() - rested < AT_ONCE) return;
      rested = performance.now();
      bar.max = all;
      bar.value = done;
      return new Promise((go) => setTimeout(go));
    });
  } finally {
    busy.hidden = true;
    for (const button of others) button.disabled = false;
    // The button that was pressed could not keep it.
    if (document.activeElement === document.body) before?.focus();
  }
}

/** @param {File} file @param {import('./archive.js').Step} step */
async function readIn(file, step) {
  if (file.size > IMPORT_LIMIT) throw new ImportError('large');
  const { history_verify } = await pages();
  const verify = async (/** @type {string} */ bundle) => JSON.parse(history_verify(bundle));
  const { refused, undated, marks, networks, ...checked } = await fromJson(await file.text(), verify, step);
  const added = await add(checked, step);
  await Promise.all([addMarks(marks), learnNetworks(networks)]);
  return { added, refused, undated };
}
