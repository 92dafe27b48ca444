// @ts-check
// From nothing to words: the background is stopped as the browser stops an idle one; then a frame connects and tells of
// a stall under way. How long until the first sentence comes back, by way of starting the script, the WebAssembly and
// the core. A page of the extension stands in for the content script: the same port, the same messages.
import { Walker } from '../extension/walker.js';
import { browsers, launch } from './browsers.mjs';
import { makeMedia } from './media.mjs';
import { playing } from './session.mjs';
import { bootstrap, median } from './statistics.mjs';

/** [P] of issue 3, ms. */
const MOST = 250;
const WAKES = 30;

/** @param {{ quick: boolean }} options */
export async function run({ quick }) {
  const facts = await stalled();
  const rows = [];
  for (const name of browsers(quick)) {
    const browser = await launch(name);
    try {
      const page = await browser.openExtensionPage('welcome.html');
      const times = [];
      const wakes = quick ? 3 : WAKES;
      for (let i = 0; i < wakes; i += 1) {
        await browser.stopBackground();
        times.push(await page.evaluate(firstWords, facts));
      }
      const warm = [];
      for (let i = 0; i < wakes; i += 1) warm.push(await page.evaluate(firstWords, facts));
      const note = `median of ${wakes}; ${facts.length} facts to catch up with`;
      rows.push({ what: `${name}: stopped background to first words`, unit: 'ms', ...bootstrap(times, median), target: { most: MOST }, note });
      rows.push({ what: `${name}: the slowest`, unit: 'ms', value: Math.max(...times) });
      rows.push({ what: `${name}: the same with the background awake`, unit: 'ms', ...bootstrap(warm, median), note: 'what is left is the way there and the core' });
    } finally {
      await browser.close();
    }
  }
  return rows;
}

/** What a content script has to tell in the first second of a stall: all since the page was opened. */
async function stalled() {
  const [media] = await makeMedia('fmp4-2s');
  const head = new Walker(media.mime).feed(new Uint8Array([...media.init, ...media.segments[0]]));
  const facts = [];
  // Two media segments play, then playback stands still.
  for (const batch of playing({ heads: { video: head, sound: head, bytes: 1e6 }, stallEvery: 3 })) {
    facts.push(...batch);
    const stall = facts.findIndex(({ why }) => why === 'waiting');
    if (stall < 0) continue;
    const { t } = facts[stall];
    const during = facts.filter((fact) => fact.t < t + 1000 && (fact.t < t || fact.k === 'playback'));
    // Bytes do not cross into the browser under test; it makes them of these numbers.
    return during.map((fact) => (fact.head ? { ...fact, head: [...fact.head] } : fact));
  }
  return facts;
}

/** Runs in the page. @param {any[]} facts */
function firstWords(facts) {
  const api = /** @type {any} */ (globalThis).browser ?? /** @type {any} */ (globalThis).chrome;
  const bytes = facts.map((fact) => (fact.head ? { ...fact, head: new Uint8Array(fact.head) } : fact));
  return new Promise((done) => {
    const began = performance.now();
    const port = api.runtime.connect({ name: 'frame' });
    port.onMessage.addListener((/** @type {any} */ message) => {
      if (message.type === 'resume') port.postMessage({ type: 'facts', from: 0, facts: bytes });
      if (message.type !== 'view' || !message.view) return;
      done(performance.now() - began);
      port.disconnect();
    });
    port.postMessage({ type: 'hello', session: crypto.randomUUID(), first: 0 });
  });
}
