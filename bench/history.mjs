// @ts-check
// The history, in the browser: how soon the popup and the stats page are there with many stalls stored, and how long a
// write takes. Both pages mark when all they have to say is drawn; the clock starts with the navigation. For the write,
// extension/history.js itself runs in a page of the extension.
import { browsers, launch, servePages, until } from './browsers.mjs';
import { fillHistory, historyScript } from './past.mjs';
import { bootstrap, median, quantile } from './statistics.mjs';

/** [P] of issue 5, ms. */
const POPUP = 100;
const STATS = 500;
const WRITE = 5;
const ROUNDS = 20;
const WRITES = 200;

/** @param {{ quick: boolean }} options */
export async function run({ quick }) {
  const rows = [];
  const rounds = quick ? 3 : ROUNDS;
  for (const name of browsers(quick)) {
    const browser = await launch(name);
    const pages = await servePages();
    const url = pages.url('plain.html');
    const site = new URL(url).host;
    try {
      const watched = await browser.open(url);
      // Makes the database.
      const stats = await browser.openExtensionPage('stats.html');
      await drawn(stats);
      await fillHistory(stats, { site, stalls: 10_000, days: 365, bundles: 200 });
      const address = await browser.popupOf(watched);
      const popup = await opened(browser, address, rounds);
      rows.push({ what: `${name}: popup, 10,000 stalls stored`, unit: 'ms', ...bootstrap(popup, median), target: { most: POPUP }, note: `median of ${rounds}, from navigation to the history drawn, background awake` });
      const stopped = await opened(browser, address, rounds, () => browser.stopBackground());
      rows.push({ what: `${name}: the same from a stopped background`, unit: 'ms', ...bootstrap(stopped, median), note: 'starting the script and the core is most of it' });
      await fillHistory(stats, { site, stalls: 100_000, days: 365, bundles: 200 });
      const page = await opened(browser, 'stats.html', rounds);
      rows.push({ what: `${name}: stats page, 100,000 stalls stored`, unit: 'ms', ...bootstrap(page, median), target: { most: STATS }, note: `median of ${rounds}, from navigation to the charts and the list drawn` });
      const { kept, counted } = await written(stats, quick ? 20 : WRITES);
      const note = 'to the end of the transaction, with 100,000 stalls and 200 bundles stored; a bundle has 300 KB';
      rows.push({ what: `${name}: writing a stall and its evidence`, unit: 'ms', ...bootstrap(kept, median), target: { most: WRITE }, note });
      rows.push({ what: `${name}: the 95th percentile of that`, unit: 'ms', value: quantile(kept, 0.95) });
      rows.push({ what: `${name}: writing what was watched`, unit: 'ms', ...bootstrap(counted, median), target: { most: WRITE } });
    } finally {
      await browser.close();
      await pages.close();
    }
  }
  return rows;
}

/** @param {any} page */
const drawn = (page) => until(() => page.evaluate(() => performance.getEntriesByName('shown')[0]?.startTime), 'the page to be drawn');

/** @param {any} browser @param {string} file @param {number} rounds @param {() => Promise<any>} [before] */
async function opened(browser, file, rounds, before) {
  const times = [];
  for (let i = 0; i < rounds; i += 1) {
    await before?.();
    // An address of its own, or the page would be taken for one that is open already.
    const page = await browser.openExtensionPage(`${file}${file.includes('?') ? '&' : '?'}round=${i}`);
    times.push(await drawn(page));
    await page.close();
  }
  return times;
}

/** @param {any} page @param {number} rounds @returns {Promise<{ kept: number[], counted: number[] }>} */
async function written(page, rounds) {
  const { script } = await historyScript();
  return page.evaluate(`(async () => {
    ${script}
    ${measure}
    return measure({ keep, count }, ${rounds});
  })()`);
}

/** Runs in the page. @param {any} history @param {number} rounds */
async function measure({ keep, count }, rounds) {
  const place = { site: 'video.example', network: '' };
  const now = Date.now();
  const stall = (/** @type {number} */ i) => ({
    began: { wall: (now + i * 1000) * 1000, media: 0 }, duration: 400_000, kind: 'starved', cause: 'slow-transfer', zones: ['home', 'access'],
    by_zone: [{ zone: 'home', direct: 0, believed: 400_000 }], blocking: [{ host: 'cdn.example' }],
  });
  const kept = [];
  const counted = [];
  for (let i = 0; i < rounds; i += 1) {
    const record = { id: `bench-${now}-${i}`, bundle: 'x'.repeat(300_000), report: JSON.stringify({ stalls: [stall(i)] }) };
    let began = performance.now();
    await keep('bench', place, record);
    kept.push(performance.now() - began);
    const account = { watched: { played: i * 5e6, reduced: 0, starts: 1, startUp: 1e6 }, stall: null };
    began = performance.now();
    await count('bench', place, account);
    counted.push(performance.now() - began);
  }
  return { kept, counted };
}
