// @ts-check
// What a page without a video pays: four browsers, one with the extension and one with next to nothing of one, load the
// same page in turns. Processor time of all their processes, batch by batch in shuffled order; in Chromium also the time
// in scripts, by its own account.
import { rm } from 'node:fs/promises';
import { ARMS, bareExtension, browsers, cpu, servePages, withArms } from './browsers.mjs';
import { bootstrap, generator, mean, shuffled } from './statistics.mjs';

/** [P] of issue 3, ms. */
const MOST_SCRIPT = 0.1;
const PAGES = [
  { file: 'plain.html', what: 'a page', most: 3, frames: 1 },
  { file: 'frames.html', what: 'a page with ten frames', most: 15, frames: 11 },
];
/** Loads in a batch: enough for clock ticks of 10 ms to be small by. */
const LOADS = 20;
const BATCHES = 16;
/** The arm behind those of every comparison. */
const BARE = ARMS.length;
const BARELY = 'one that looks two methods up in the page and listens to one event beside it, in all frames, and does nothing: less can see no MediaSource come into use';

/** @param {{ quick: boolean }} options */
export async function run({ quick }) {
  const rows = [];
  const pages = await servePages();
  try {
    for (const name of browsers(quick)) {
      const bare = await bareExtension(name);
      const compare = async (/** @type {any[]} */ arms) => {
        for (const page of PAGES) rows.push(...(await measure(name, arms, page, pages.url(page.file), quick)));
      };
      await withArms(name, compare, [bare]).finally(() => rm(bare, { recursive: true }));
    }
  } finally {
    await pages.close();
  }
  return rows;
}

/**
 * @param {'chromium' | 'firefox'} name
 * @param {any[]} browsers
 * @param {typeof PAGES[number]} of
 * @param {string} url
 * @param {boolean} quick
 */
async function measure(name, browsers, { what, most, frames }, url, quick) {
  const random = generator(3);
  const arms = await Promise.all(browsers.map(async (browser, arm) => ({ arm, browser, page: await browser.open('about:blank') })));
  const batch = async (/** @type {typeof arms[number]} */ { browser, page }, /** @type {number} */ loads) => {
    const before = await cpu(browser);
    let script = 0;
    for (let i = 0; i < loads; i += 1) {
      await page.goto(url, { waitUntil: 'load' });
      if (name === 'chromium') script += (await page.metrics()).ScriptDuration * 1000;
    }
    return { cpu: ((await cpu(browser)) - before) / loads, script: script / loads };
  };
  for (const arm of arms) await batch(arm, quick ? 3 : LOADS);
  const rounds = [];
  for (let round = 0; round < (quick ? 3 : BATCHES); round += 1) {
    const row = /** @type {{ cpu: number, script: number }[]} */ (Array(arms.length));
    for (const arm of shuffled(arms, random)) row[arm.arm] = await batch(arm, quick ? 3 : LOADS);
    rounds.push(row);
  }
  for (const { page } of arms) await page.close();
  const over = (/** @type {'cpu' | 'script'} */ kind, /** @type {number} */ arm, by = 1) =>
    bootstrap(rounds, (drawn) => mean(drawn.map((row) => row[arm][kind] - row[1][kind])) / by);
  const rows = [
    { what: `${name}, ${what}: processor time more`, unit: 'ms', ...over('cpu', 0), target: { most }, note: `for each load, ${LOADS} loads a batch, ${rounds.length} batches` },
    { what: `${name}, ${what}: processor time more (A/A)`, unit: 'ms', ...over('cpu', 2) },
    { what: `${name}, ${what}: processor time more, of a bare extension`, unit: 'ms', ...over('cpu', BARE), note: BARELY },
    { what: `${name}, ${what}: processor time of a load without`, unit: 'ms', value: mean(rounds.map((row) => row[1].cpu)) },
  ];
  if (name === 'chromium') {
    rows.push({ what: `${name}, ${what}: script more, for each frame`, unit: 'ms', ...over('script', 0, frames), target: { most: MOST_SCRIPT }, note: 'ScriptDuration of the page’s process, both worlds, compiling included' });
    rows.push({ what: `${name}, ${what}: script more, for each frame (A/A)`, unit: 'ms', ...over('script', 2, frames) });
    rows.push({ what: `${name}, ${what}: script more, for each frame, of a bare extension`, unit: 'ms', ...over('script', BARE, frames), note: BARELY });
  }
  return rows;
}
