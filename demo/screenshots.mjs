// Pictures of everything a viewer sees, in both themes, narrow and wide, with nothing, little and much to show.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fillHistory } from '../bench/past.mjs';
import { launch, until } from './browsers.mjs';
import { serve } from './server.mjs';
import { makeStream } from './stream.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');

const { values: options } = parseArgs({
  options: { browser: { type: 'string', default: 'chromium' }, out: { type: 'string', default: 'target/screenshots' } },
});

const WIDTHS = { narrow: 320, wide: 1280 };
/** As a popup opens. */
const POPUP = { width: 420, height: 640 };
/** Those of a viewer who gets about. */
const NETWORKS = {
  current: 'home',
  gateway: null,
  known: [
    { id: 'home', name: 'Home', provider: 'Example ISP', asn: 64496, plan: { down: 100 }, gateways: ['http://192.168.178.1/'], used: 2 },
    { id: 'work', name: 'Work', provider: null, asn: null, plan: null, gateways: ['http://10.0.0.1/'], used: 1 },
  ],
};
/** Line tests, one of which reached its cap. */
const LINE = {
  runs: [91.4, 88.2, 47.9, 93.5].map((mbits, index) => ({
    network: 'home', at: Date.now() - index * 3 * 86_400_000, down: mbits * 1e6, up: 38.6e6, answer: 9_400, bytes: 110e6, capped: index === 2, server: 'mlab1-fra05',
  })),
};
/** Stalls of a long history. */
const MANY = 2000;
const withheld = (track, number) => (track === 'video' && number === 5 ? { kind: 'withheld', silence: 9000 } : null);

await mkdir(options.out, { recursive: true });
const stream = await makeStream(path.join(root, 'target/demo-stream'));
for (const theme of ['light', 'dark']) await picture(theme);

async function picture(theme) {
  const server = await serve({ stream, fault: withheld });
  const browser = await launch(options.browser, { dark: theme === 'dark' });
  const save = async (page, name) => {
    const file = path.join(options.out, `${name}-${theme}.png`);
    await page.screenshot({ path: file, fullPage: true });
    console.log(file);
  };
  const inWidths = async (page, name) => {
    for (const [width, pixels] of Object.entries(WIDTHS)) {
      await page.setViewport({ width: pixels, height: 800 });
      await save(page, `${name}-${width}`);
    }
  };
  const stats = async (name) => {
    const page = await browser.openExtensionPage('stats.html');
    await until(() => page.evaluate(() => performance.getEntriesByName('shown').length > 0), 'the stats page');
    await inWidths(page, `stats-${name}`);
    await page.close();
  };
  try {
    await inWidths(await browser.openExtensionPage('welcome.html'), 'welcome');
    const settings = await browser.openExtensionPage('settings.html');
    await until(() => settings.evaluate(() => performance.getEntriesByName('shown').length > 0), 'the settings');
    await inWidths(settings, 'settings-empty');
    await settings.evaluate((networks) => (globalThis.browser ?? globalThis.chrome).storage.local.set({ networks }), NETWORKS);
    await settings.waitForSelector('.network');
    await inWidths(settings, 'settings');
    await settings.close();
    const line = await browser.openExtensionPage('line.html');
    await line.evaluate((line) => (globalThis.browser ?? globalThis.chrome).storage.local.set({ line }), LINE);
    await line.waitForSelector('#runs td');
    await inWidths(line, 'line');
    await line.close();
    await stats('empty');
    const page = await browser.open(server.url());
    const popup = async (name, selector) => {
      const popup = await browser.openPopup(page);
      await popup.setViewport(POPUP);
      await popup.waitForSelector(selector);
      await save(popup, `popup-${name}`);
      return popup;
    };
    await until(() => page.evaluate(() => demo.video.currentTime > 4), 'playback');
    await (await popup('playing', '.chart')).close();
    await page.bringToFront();
    const stands = () => page.evaluate(() => !demo.video.paused && demo.video.readyState < 3 && document.querySelector('[popover=manual]:popover-open') !== null);
    await until(stands, 'the stall and the overlay', 60_000);
    await page.screenshot({ path: path.join(options.out, `overlay-${theme}.png`) });
    await until(() => page.evaluate(() => demo.video.currentTime > 12), 'playback to go on', 60_000);
    await page.evaluate(() => demo.video.pause());
    const after = await popup('stall', '[data-action=share]');
    await stats('small');
    await after.click('[data-action=share]');
    const share = await browser.openedExtensionPage('share.html?stall=');
    await share.waitForSelector('#save');
    await until(() => share.evaluate(() => !document.querySelector('#share').hidden), 'the card');
    await inWidths(share, 'share');
    for (const shape of ['wide', 'square']) await card(share, shape, theme);
    await fillHistory(share, { stalls: MANY, days: 300 });
    await stats('large');
  } finally {
    await browser.close();
    await server.close();
  }
}

/** The card itself, as large as it is. */
async function card(share, shape, theme) {
  for (const value of [shape, theme]) await share.click(`[value=${value}]`);
  const width = shape === 'wide' ? 1200 : 1080;
  await until(() => share.evaluate((width) => document.querySelector('#card').width === width, width), `the ${shape} card`);
  const picture = await share.evaluate(() => document.querySelector('#card').toDataURL('image/png'));
  const file = path.join(options.out, `card-${shape}-${theme}.png`);
  await writeFile(file, Buffer.from(picture.split(',')[1], 'base64'));
  console.log(file);
}
