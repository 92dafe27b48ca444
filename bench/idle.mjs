// @ts-check
// What a page without a video pays: three browsers, one with the extension, load the same page in turns. Processor time
// of all their processes, batch by batch in shuffled order; in Chromium also the time in scripts, by its own account.
import { ARMS, browsers, cpu, servePages, withArms } from './browsers.mjs';
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

/** @param {{ quick: boolean }} options */
export async function run({ quick }) {
  const rows = [];
  const pages = await servePages();
  try {
    for (const name of browsers(quick)) {
      await withArms(name, async (arms) => {
        for (const page of PAGES) rows.push(...(await measure(name, arms, page, pages.url(page.file), quick)));
      });
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
    const row = /** @type {{ cpu: number, script: number }[]} */ (Array(ARMS.length));
    for (const arm of shuffled(arms, random)) row[arm.arm] = await batch(arm, quick ? 3 : LOADS);
    rounds.push(row);
  }
  for (const { page } of arms) await page.close();
  const over = (/** @type {'cpu' | 'script'} */ kind, /** @type {number} */ arm, by = 1) =>
    bootstrap(rounds, (drawn) => mean(drawn.map((row) => row[arm][kind] - row[1][kind])) / by);
  const rows = [
    { what: `${name}, ${what}: processor time more`, unit: 'ms', ...over('cpu', 0), target: { most }, note: `for each load, ${LOADS} loads a batch, ${rounds.length} batches` },
    { what: `${name}, ${what}: processor time more (A/A)`, unit: 'ms', ...over('cpu', 2) },
    { what: `${name}, ${what}: processor time of a load without`, unit: 'ms', value: mean(rounds.map((row) => row[1].cpu)) },
  ];
  if (name === 'chromium') {
    rows.push({ what: `${name}, ${what}: script more, for each frame`, unit: 'ms', ...over('script', 0, frames), target: { most: MOST_SCRIPT }, note: 'ScriptDuration of the page’s process, both worlds, compiling included' });
    rows.push({ what: `${name}, ${what}: script more, for each frame (A/A)`, unit: 'ms', ...over('script', 2, frames) });
  }
  return rows;
}
