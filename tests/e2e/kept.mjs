// The history in the browser's database, looked at from outside and from within a page of the extension.
import { historyScript } from '../../bench/past.mjs';
import { until } from './playback.mjs';

/** A page of the extension that has drawn all it has to say. */
export async function opened(browser, file) {
  const page = await browser.openExtensionPage(file);
  await drawn(page);
  return page;
}

const drawn = (page) => until(() => page.evaluate(() => performance.getEntriesByName('shown').length > 0).catch(() => false), 'the page to be drawn');

export async function reloaded(page) {
  await page.evaluate(() => (performance.clearMarks(), location.reload())).catch(() => {});
  await drawn(page);
}

export async function press(page, id, answer) {
  await page.evaluate((id) => document.getElementById(id).click(), id);
  await answered(page, answer);
}

export async function answered(page, answer) {
  await until(() => page.evaluate(() => document.getElementById('sure').open), 'the question');
  await page.evaluate((answer) => document.querySelector(`#sure button[value=${answer}]`).click(), answer);
}

/** What is in the database, by its own interface. */
export const stored = (page) =>
  page.evaluate(
    () =>
      new Promise((done, fail) => {
        const open = indexedDB.open('whystall');
        open.onerror = () => fail(open.error);
        open.onsuccess = () => {
          const transaction = open.result.transaction(['stalls', 'hours', 'bundles']);
          const stalls = transaction.objectStore('stalls').index('began').getAll();
          const hours = transaction.objectStore('hours').getAll();
          const bundles = transaction.objectStore('bundles').count();
          transaction.oncomplete = () => (open.result.close(), done({ stalls: stalls.result, hours: hours.result, bundles: bundles.result }));
        };
      }),
  );

/** Runs a function in the page with what extension/history.js exports. */
export async function withHistory(page, work) {
  const { script, names } = await historyScript();
  return page.evaluate(`(async () => { ${script}\n return (${work})({ ${names} }); })()`);
}

/** What the popup says of the history, once it does. */
export const historyIn = (popup) => until(() => popup.evaluate(() => document.querySelector('.history')?.textContent), 'the history in the popup');
