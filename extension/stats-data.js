// @ts-check
// What the viewer can do with the data on the stats page: how long it is kept, files, deleting.

import { IMPORT_LIMIT, ImportError, fromJson, toCsv, toJson } from './archive.js';
import { KEEP_DAYS, add, everything, keepDays, removeAll } from './history.js';
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
  const button = (id, does) => at(id).addEventListener('click', () => does().catch((error) => notice(say('stats_failed', String(error)))));
  button('export-json', async () => saveFile(new Blob(toJson(await everything()), { type: 'application/json' }), 'whystall-history.json'));
  button('export-csv', async () => saveFile(new Blob(toCsv((await everything()).stalls), { type: 'text/csv' }), 'whystall-history.csv'));
  button('import', async () => file.click());
  button('delete-all', async () => {
    if (!(await ask(say('stats_delete_all_sure')))) return;
    await removeAll();
    await changed();
  });
  file.addEventListener('change', async () => {
    const [chosen] = file.files ?? [];
    file.value = '';
    if (!chosen) return;
    try {
      const { added, refused } = await readIn(chosen);
      notice(say('stats_imported', added));
      if (refused > 0) notice(say('stats_import_refused', refused));
      await changed();
    } catch (error) {
      const why = /** @type {any} */ (error)?.message ?? String(error);
      notice(say(error instanceof ImportError ? 'stats_import_bad' : 'stats_failed', why));
    }
  });
}

/** @param {File} file */
async function readIn(file) {
  if (file.size > IMPORT_LIMIT) throw new ImportError('too large');
  const { history_verify } = await pages();
  const verify = async (/** @type {string} */ bundle) => JSON.parse(history_verify(bundle));
  const { refused, ...checked } = await fromJson(await file.text(), verify);
  return { added: await add(checked), refused };
}
