// Plays in a real browser inside a node, and tells the laboratory how far it is. One JSON object a line:
//   out  {"browser": PID} · {"at": media seconds} every now and then · {"done": everything that was recorded}
//   in   {"page": "JavaScript to run there"} · {"beside": "to run in another tab"} · {"hide": whether another tab is to be in front}
//   node drive.mjs BROWSER ADDRESS UNTIL SETTINGS NETWORKS QUOTA
//     until: media seconds at which it has played enough · settings: what is in the extension's storage, JSON
//     networks: the table that it has in place of its own · quota: megabytes of media that the browser holds, 0: as many as it likes
import { createInterface } from 'node:readline';
import { launch, until } from '../../demo/browsers.mjs';
import { MANIFESTS } from '../../demo/manifest.mjs';
import { storedStalls } from '../../tests/e2e/playback.mjs';

const [, , name, address, enough, settings, networks, quota] = process.argv;

/** The longest that a playback may take, milliseconds: a run should be over within a minute. */
const PATIENCE = 75_000;

/** A verdict is recorded within this long after its stall, milliseconds. */
const SETTLES = 4000;

/** How long one look at the page may take, milliseconds: it may be busy on purpose. */
const GLANCE = 5000;

const tell = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);

const url = new URL(address);
// A page that plays by itself asks for media segments without a manifest.
url.searchParams.set('stream', url.searchParams.get('stream') + (MANIFESTS[url.searchParams.get('player')] ?? ''));

const browser = await launch(name, { anyCertificate: true, networks, quota: Number(quota) });
const underflows = [];
try {
  tell({ browser: browser.browser.process().pid });
  const popup = await browser.openExtensionPage('popup.html');
  await popup.evaluate((settings) => (globalThis.browser ?? globalThis.chrome).storage.local.set(settings), JSON.parse(settings));
  await popup.close();
  const started = Date.now();
  const page = await browser.browser.newPage();
  if (name === 'chromium') await noteUnderflows(page);
  await page.goto(url.href, { waitUntil: 'load' });
  const other = await browser.browser.newPage();
  await page.bringToFront();
  const obey = async ({ page: script, beside, hide }) => {
    if (script !== undefined) await page.evaluate(script);
    else if (beside !== undefined) await other.evaluate(beside);
    else await (hide ? other : page).bringToFront();
  };
  createInterface({ input: process.stdin }).on('line', (line) => {
    // What keeps a page busy answers late or never.
    obey(JSON.parse(line)).catch((error) => console.error(`in the page: ${error.message}`));
  });
  // Without an answer, nothing is known of how far it is.
  const position = () => Promise.race([page.evaluate(() => demo.video.currentTime), pause(GLANCE)]).catch(() => undefined);
  await until(async () => {
    const at = await position();
    if (at !== undefined) tell({ at });
    return at >= Number(enough);
  }, `playing up to ${enough} s`, PATIENCE).catch((error) => console.error(error.message));
  await page.evaluate(() => demo.video.pause());
  const record = await page.evaluate(() => demo.record);
  const expected = record.gaps.filter(({ began, ended }) => ended - began >= 500).length;
  const history = await browser.openExtensionPage('popup.html');
  let stored = [];
  const ofThis = ({ report }) => JSON.parse(report).stalls.at(-1).began.wall / 1e3 >= started;
  await until(async () => (stored = (await storedStalls(history)).filter(ofThis)).length >= expected, 'records', SETTLES).catch(() => {});
  tell({ done: { record, stored, underflows } });
} finally {
  await browser.close();
  process.stdin.destroy();
}

/** Notes when and why Chromium itself says that playback stops: its developer tools show it, no other browser tells. */
async function noteUnderflows(page) {
  const tools = await page.createCDPSession();
  tools.on('Media.playerEventsAdded', ({ events }) => {
    for (const { value } of events) {
      const { reason } = JSON.parse(value).pipeline_buffering_state ?? {};
      if (reason) underflows.push({ at: Date.now(), reason });
    }
  });
  await tools.send('Media.enable');
}

function pause(millis) {
  return new Promise((done) => setTimeout(done, millis));
}
