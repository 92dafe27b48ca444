// The demo itself: starve a real player and compare what Whystall says with what really happened.
import { execFile } from 'node:child_process';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { launch, until } from './browsers.mjs';
import { downloaded } from './downloads.mjs';
import { serve } from './server.mjs';
import { makeStream } from './stream.mjs';
import { contents, disagreements, truthOf } from './verdict.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const whystall = path.join(root, 'target/debug/whystall');

const { values: options } = parseArgs({
  options: {
    browser: { type: 'string', default: 'chromium' },
    player: { type: 'string', default: 'hls' },
    headless: { type: 'boolean', default: false },
    out: { type: 'string', default: 'target/demo' },
    withhold: { type: 'string' },
    for: { type: 'string' },
    'no-fault': { type: 'boolean', default: false },
  },
});

/** A segment some seconds in, so that one sees it play first. */
const number = options.withhold ? Number(options.withhold) : 4 + Math.floor(Math.random() * 5);
/** The player asks about 6 s ahead and gives up after 10: this stalls it for two to four seconds. */
const silence = Math.round(1000 * (options.for ? Number(options.for) : 8.5 + Math.random()));
const withhold = (track, n) => (track !== 'audio' && n === number && !options['no-fault'] ? { kind: 'withheld', silence } : null);

/** How far begin and end may be from the frames that the page saw, milliseconds. The e2e tests are stricter. */
const TOLERANCE = 250;

/** A popup's size, pixels. */
const POPUP = { width: 420, height: 640 };

/** Opens a window and leaves it to the viewer. */
async function watch() {
  const server = await serve({ stream: await demoStream(), fault: withhold });
  const browser = await launch(options.browser, { headless: false });
  try {
    await browser.open(server.url({ player: options.player }));
    console.log(
      options['no-fault']
        ? 'Nothing is kept back: the video should play, and Whystall should stay silent.'
        : `The server keeps the part from ${clock(2 * number)} on back for ${silence / 1000} s. A few seconds before it is\n` +
          'due you will still see nothing; then playback stops, and Whystall says in the corner of the player what it\n' +
          'waits for. Afterwards its button in the toolbar has the verdict, with a picture and the evidence to save.',
    );
    console.log('Close the browser to end.');
    await new Promise((closed) => browser.browser.once('disconnected', closed));
  } finally {
    await browser.close().catch(() => {});
    await server.close();
  }
}

/** Plays it without a window, saves what Whystall showed, and fails if it was wrong. */
async function prove() {
  const out = path.resolve(options.out);
  await mkdir(out, { recursive: true });
  const stream = await demoStream();
  if (!options['no-fault']) {
    await withBrowser({ dark: true }, stream, (session) => picture(session, path.join(out, 'overlay-dark.png')));
    await withBrowser({}, stream, async (session) => {
      await session.page.click('#fullscreen');
      await until(() => session.page.evaluate(() => document.fullscreenElement !== null), 'full screen');
      await picture(session, path.join(out, 'overlay-fullscreen.png'));
    });
  }
  // Apart from `out`, where files of an earlier run may be.
  const downloads = path.join(out, 'downloads');
  await rm(downloads, { recursive: true, force: true });
  await mkdir(downloads);
  try {
    await withBrowser({ downloads }, stream, (session) => (options['no-fault'] ? healthy(session) : explained(session, stream, out, downloads)));
  } finally {
    await rm(downloads, { recursive: true, force: true });
  }
}

/** Nothing happens, nothing is said. */
async function healthy({ page }) {
  await reaches(page, 20);
  const { gaps, overlays } = await page.evaluate(() => demo.record);
  if (overlays.length > 0) throw new Error(`the overlay showed without a stall (gaps between frames: ${JSON.stringify(gaps)})`);
  console.log('played 20 s, no stall, nothing shown');
}

/** The stall with all that is saved of it. */
async function explained(session, stream, out, downloads) {
  const { page, browser, server } = session;
  await picture(session, path.join(out, 'overlay.png'));
  await reaches(page, 2 * number + 2);
  const record = await page.evaluate(() => demo.record);
  await page.evaluate(() => demo.video.pause());

  const popup = await openPopup(browser, page);
  await popup.waitForSelector('[data-action=save-evidence]', { timeout: 10_000 });
  await popup.screenshot({ path: path.join(out, 'popup.png') });
  const bundleFile = path.join(out, 'bundle.whystall');
  await save(popup, '[data-action=save-evidence]', downloads, bundleFile);
  await popup.click('[data-action=share]');
  const share = await browser.openedExtensionPage('share.html?stall=');
  const cardFile = path.join(out, 'card.png');
  await save(share, '#save:not(:disabled)', downloads, cardFile);

  const { report } = JSON.parse(await readFile(bundleFile, 'utf8'));
  // As the browser made it: keys keep their order, and numbers are whole.
  const verdict = JSON.stringify(report);
  await writeFile(path.join(out, 'verdict.json'), verdict);

  const gap = record.gaps.toSorted((a, b) => b.ended - b.began - (a.ended - a.began))[0];
  const truth = gap && truthOf(gap, record.stops, server.log, contents(options.player, stream, record.segments), server.host);
  await writeFile(path.join(out, 'truth.json'), `${JSON.stringify({ browser: options.browser, player: options.player, stalls: truth ? [truth] : [] }, null, 2)}\n`);
  if (!truth) throw new Error('the player did not stall, so there is nothing to explain');

  const { stdout: verified } = await run(whystall, ['verify', bundleFile, cardFile]);
  console.log(verified.trimEnd());
  const { stdout: replayed } = await run(whystall, ['replay', bundleFile]);
  if (replayed.trimEnd() !== verdict) throw new Error('the replay says something else than verdict.json');
  const stall = report.stalls.at(-1);
  if (!stall) throw new Error('Whystall found no stall');
  const wrong = disagreements(stall, truth, TOLERANCE);
  if (wrong.length > 0) throw new Error(`verdict and truth disagree\n  ${wrong.join('\n  ')}`);
  const [waited] = truth.waited;
  console.log(
    `verdict and truth agree: ${stall.cause}, ${waited.track} ${waited.range.start}–${waited.range.end} s from ${truth.host},` +
      ` ${Math.round(stall.duration / 1000)} ms (the page saw ${Math.round(gap.ended - gap.began)} ms)`,
  );
  console.log(`saved in ${options.out}`);
}

async function withBrowser(extra, stream, act) {
  const server = await serve({ stream, fault: withhold });
  try {
    const browser = await launch(options.browser, { headless: true, ...extra });
    try {
      await act({ server, browser, page: await browser.open(server.url({ player: options.player })) });
    } finally {
      await browser.close();
    }
  } finally {
    await server.close();
  }
}

/** A second into the stall, when the words have numbers in them. */
async function picture({ page }, file) {
  const stands = () => page.evaluate(() => !demo.video.paused && demo.video.currentTime > 1 && demo.video.readyState < 3);
  await until(stands, 'the stall', 40_000);
  const since = performance.now();
  await until(() => performance.now() - since > 1500, 'a second and a half to pass');
  if (!(await stands())) throw new Error('the stall was over before it could be pictured: keep the segment back for longer');
  await page.screenshot({ path: file });
}

async function openPopup(browser, page) {
  const popup = await browser.openPopup(page);
  await popup.setViewport(POPUP);
  return popup;
}

/** Presses the button and waits for the file. */
async function save(page, button, downloads, file) {
  await (await page.waitForSelector(button, { timeout: 10_000 })).click();
  await rename(await downloaded(downloads, path.extname(file)), file);
}

const reaches = (page, seconds) => until(() => page.evaluate((seconds) => demo.video.currentTime >= seconds, seconds), `playing up to ${seconds} s`, (seconds + 60) * 1000);

const demoStream = () => makeStream(path.join(root, 'target/demo-stream'));

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;

async function run(program, args) {
  try {
    return await promisify(execFile)(program, args, { maxBuffer: 64 << 20 });
  } catch (error) {
    throw new Error(`whystall ${args[0]}: ${(error.stderr || error.stdout || error.message).trim()}`);
  }
}

await (options.headless ? prove() : watch()).catch((error) => {
  console.error(`demo: ${error.message}`);
  process.exitCode = 1;
});
