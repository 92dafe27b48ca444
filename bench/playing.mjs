// @ts-check
// Processor time while a video plays, of all processes of a browser: three browsers, one with the extension, play the
// same stream in turns, in shuffled order. The difference in % of one core. And how late the page's own timers are
// meanwhile: whatever runs between its tasks makes them late.
import path from 'node:path';
import { serve } from '../demo/server.mjs';
import { makeStream } from '../demo/stream.mjs';
import { ARMS, browsers, cpu, until, withArms } from './browsers.mjs';
import { root } from './media.mjs';
import { bootstrap, generator, mean, median, quantile, shuffled } from './statistics.mjs';

/** [P] of issue 3, % of a core; and the interval is to be no wider to either side. */
const MOST = 1;
/** Seconds measured, from when playback is under way. */
const SECONDS = 30;
const SETTLE = 4;
const ROUNDS = 8;
/** The page's timer, ms. Shorter ones than 4 ms browsers make longer. */
const EVERY = 10;

/** @param {{ quick: boolean }} options */
export async function run({ quick }) {
  const rows = [];
  const stream = await makeStream(path.join(root, 'target/demo-stream'));
  const server = await serve({ stream });
  try {
    for (const name of browsers(quick)) {
      const rounds = await withArms(name, (arms) => play(arms, server.url(), quick));
      const over = (/** @type {number} */ arm, of = share) => bootstrap(rounds, (drawn) => mean(drawn.map((row) => of(row[arm]) - of(row[1]))));
      const more = over(0);
      const half = (more.high - more.low) / 2;
      rows.push({ what: `${name}: while playing, more`, unit: '% of a core', ...more, target: { most: MOST }, note: `${rounds.length} turns of ${quick ? 5 : SECONDS} s for each browser, 540p, 24 frames a second` });
      rows.push({ what: `${name}: half of the interval`, unit: '% of a core', value: half, target: { most: MOST }, note: 'wider, and the row above says little' });
      rows.push({ what: `${name}: while playing, more (A/A)`, unit: '% of a core', ...over(2) });
      rows.push({ what: `${name}: while playing, without`, unit: '% of a core', value: mean(rounds.map((row) => row[1].share)) });
      for (const [which, of] of Object.entries(LATENESS)) {
        rows.push({ what: `${name}: the page's timers, ${which}, later by`, unit: 'ms', ...over(0, of), note: `one every ${EVERY} ms, from one firing to the next` });
        rows.push({ what: `${name}: the page's timers, ${which}, later by (A/A)`, unit: 'ms', ...over(2, of) });
        rows.push({ what: `${name}: the page's timers, ${which}, without`, unit: 'ms', value: mean(rounds.map((row) => of(row[1]))) });
      }
    }
  } finally {
    await server.close();
  }
  return rows;
}

/** @typedef {{ share: number, late: number[] }} Turn % of a core, and how late each timer was, ms */

const share = (/** @type {Turn} */ turn) => turn.share;
const LATENESS = {
  median: (/** @type {Turn} */ { late }) => median(late),
  '99th percentile': (/** @type {Turn} */ { late }) => quantile(late, 0.99),
};

/** Notes in the page how late its timers are. */
const LISTEN = `
  globalThis.late = [];
  let due = performance.now() + ${EVERY};
  const again = () => {
    const now = performance.now();
    late.push(now - due);
    due = now + ${EVERY};
    setTimeout(again, ${EVERY});
  };
  setTimeout(again, ${EVERY});
`;

/** A row for each round, in it a turn for each browser. @param {any[]} browsers @param {string} url @param {boolean} quick */
async function play(browsers, url, quick) {
  const random = generator(4);
  const arms = browsers.map((browser, arm) => ({ arm, browser }));
  const turn = async (/** @type {any} */ browser) => {
    const page = await browser.open(url);
    const position = () => page.evaluate('demo.video.currentTime');
    await until(async () => (await position()) > SETTLE, 'playback');
    await page.evaluate(LISTEN);
    const [before, from, began] = [await cpu(browser), await position(), performance.now()];
    const end = from + (quick ? 5 : SECONDS);
    await until(async () => (await position()) >= end, 'the turn', (SECONDS + 20) * 1000);
    const share = (100 * ((await cpu(browser)) - before)) / (performance.now() - began);
    const late = await page.evaluate('late');
    await page.close();
    return { share, late };
  };
  const rounds = [];
  for (let round = 0; round < (quick ? 1 : ROUNDS); round += 1) {
    const row = /** @type {Turn[]} */ (Array(ARMS.length));
    for (const { arm, browser } of shuffled(arms, random)) row[arm] = await turn(browser);
    rounds.push(row);
    console.error(`  round ${round + 1}: ${row.map(({ share }) => share.toFixed(1)).join(', ')} % of a core`);
  }
  return rounds;
}
