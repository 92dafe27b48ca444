// @ts-check
// What the probe adds to `appendBuffer`, beside the browser's own call, for a media segment of a megabyte: bench/pages/
// hook.js measures it. The hook is cold, as in a player's life: nothing else ran it for a while.
import { browsers, launch, servePages } from './browsers.mjs';
import { makeMedia } from './media.mjs';
import { bootstrap, median, quantile } from './statistics.mjs';

/** [P] of issue 3, % of the browser's own call. */
const MOST = { median: 15, high: 35 };
const APPENDS = 300;
const PAUSE = 120;

/** @param {{ quick: boolean }} options */
export async function run({ quick }) {
  const rows = [];
  const [media] = await makeMedia('fmp4-2s');
  const files = { init: media.init, ...Object.fromEntries(media.segments.map((segment, i) => [`segment-${i}`, segment])) };
  const pages = await servePages(files);
  try {
    for (const name of browsers(quick)) rows.push(...(await inBrowser(name, pages.url('hook.html'), media.segments.length, quick ? 30 : APPENDS)));
  } finally {
    await pages.close();
  }
  return rows;
}

/** @param {'chromium' | 'firefox'} name @param {string} url @param {number} segments @param {number} appends */
async function inBrowser(name, url, segments, appends) {
  const browser = await launch(name);
  try {
    const page = await browser.open(url);
    const mime = 'video/mp4; codecs="avc1.64001f"';
    const script = `measure(${JSON.stringify(mime)}, ${segments}, 2, ${appends}, ${PAUSE})`;
    const { hooked, isolated, calls } = await page.evaluate(script);
    if (!hooked) throw new Error(`${name}: the probe hooked nothing`);
    if (!isolated) throw new Error(`${name}: the page's clock is coarse`);
    const of = (/** @type {boolean} */ way) => calls.filter((/** @type {any[]} */ call) => call[0] === way);
    const own = median(calls.map((/** @type {number[]} */ call) => call[1]));
    const share = (/** @type {any[][]} */ some, /** @type {number} */ at) =>
      bootstrap(some, (drawn) => (100 * quantile(drawn.map(([, inner, outer]) => outer - inner), at)) / own);
    return [
      { what: `${name}: the browser's own call`, unit: 'µs', value: own * 1000, note: `median of ${appends} appends of 1 MB, ${PAUSE} ms apart` },
      { what: `${name}: the hook, median`, unit: '%', ...share(of(true), 0.5), target: { most: MOST.median }, note: 'of the median of the browser’s own call' },
      { what: `${name}: the hook, 95th percentile`, unit: '%', ...share(of(true), 0.95), target: { most: MOST.high } },
      { what: `${name}: no hook, median (A/A)`, unit: '%', ...share(of(false), 0.5), note: 'the clock itself' },
      { what: `${name}: no hook, 95th percentile (A/A)`, unit: '%', ...share(of(false), 0.95) },
    ];
  } finally {
    await browser.close();
  }
}
