// One playback of the demo's stream in the browser under test, and what was recorded of it on all sides.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { BROWSERS, launch, until } from '../../demo/browsers.mjs';
import { serve } from '../../demo/server.mjs';
import { makeStream } from '../../demo/stream.mjs';
import { contents, overlaps, truthOf } from '../../demo/verdict.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** The browser under test. */
export const browserName = process.env.WHYSTALL_BROWSER ?? 'chromium';
if (!BROWSERS.includes(browserName)) throw new Error(`WHYSTALL_BROWSER is none of ${BROWSERS}`);

export { until };

/** What a viewer does takes its time, and what must not happen has to have had it. */
export function pass(millis) {
  const from = Date.now();
  return until(() => Date.now() - from >= millis, `${millis} ms to pass`);
}

/**
 * Starts a playback. The caller closes it.
 * @param {object} [options]
 * @param {Parameters<typeof serve>[0]['fault']} [options.fault]
 * @param {Parameters<typeof serve>[0]['playlist']} [options.playlist]
 * @param {Parameters<typeof serve>[0]['licence']} [options.licence]
 * @param {Record<string, string>} [options.query] of the page
 * @param {string} [options.file] the page, and the directory it is in
 * @param {string} [options.pages]
 * @param {boolean} [options.extension]
 * @param {{ quota?: number, backgrounds?: boolean, networks?: string }} [options.how] the browser is launched otherwise than usual
 * @param {boolean} [options.privately] in a private window
 * @param {Awaited<ReturnType<typeof launch>>} [options.shared] a browser to play in that is there already, and stays
 */
export async function play({ fault, playlist, licence, query = {}, file = '/', pages = [], extension = true, how = {}, privately = false, shared } = {}) {
  const stream = await demoStream();
  const server = await serve({ stream, fault, playlist, licence, pages });
  const browser = shared ?? (await launch(browserName, { extension, ...how }));
  const started = Date.now();
  const page = await (privately ? browser.openPrivately : browser.open)(server.url(query, file));
  /** What the page recorded. */
  const record = () => page.evaluate(() => demo.record);
  /** What Whystall said last. */
  let told = [];
  /** Waits until this media time is reached, or the end. */
  const reaches = (seconds) =>
    until(
      () => page.evaluate((seconds) => demo.video.ended || demo.video.currentTime >= seconds, seconds),
      `playing up to ${seconds} s`,
      (seconds * SLOWDOWN + 30) * 1000,
    );
  return {
    server,
    browser,
    page,
    record,
    /** What each gap in this record really was, where the server did something. */
    truths({ gaps, stops, segments }) {
      const held = contents(query.player ?? 'hls', stream, segments);
      return gaps.map((gap) => truthOf(gap, stops, server.log, held, server.host)).filter(Boolean);
    },
    /**
     * The first gap between pictures in which playback stood for a second, which a busy machine alone does not make, once
     * it has gone on for a second after it.
     */
    async standstill(patience = 60_000) {
      const stood = async () => {
        const { gaps, stops } = await record();
        const long = stops.filter(({ began, ended }) => ended - began >= 1000);
        return gaps.find((gap) => long.some((stop) => stop.began < gap.ended && stop.ended > gap.began));
      };
      await until(stood, 'a stall and its end', patience);
      await reaches((await page.evaluate(() => demo.video.currentTime)) + 1);
      return stood();
    },
    reaches,
    /**
     * Stops, and gives the stalls Whystall recorded, in order, once there are at least so many.
     * @param {number} atLeast
     * @param {{ hiccups?: boolean }} [options] `hiccups`: those of a busy machine, too
     */
    async verdicts(atLeast, { hiccups = false } = {}) {
      const gaps = await page.evaluate(() => (demo.video.pause(), demo.record?.gaps ?? []));
      // Opened last: a tab in the background gets no frames.
      const popup = await browser.openExtensionPage('popup.html');
      let records = [];
      const ours = ({ report }) => {
        const stall = lastOf(report);
        return stall.began.wall / 1e3 >= started && (hiccups || !isHiccup(stall, gaps));
      };
      // Fewer than hoped for is for the caller to judge, who can say which are missing.
      await until(async () => (records = (await storedStalls(popup)).filter(ours)).length >= atLeast, 'records', SETTLES).catch(() => {});
      await popup.close();
      await verifyNatively(records);
      told = records.map(({ report }) => lastOf(report));
      return records.map(({ report }) => lastOf(report)).sort((a, b) => a.began.wall - b.began.wall);
    },
    /** The evidence of the stalls that were recorded, as in the file. */
    async evidence() {
      const records = await storedStalls(await browser.openExtensionPage('popup.html'));
      return records.map(({ bundle }) => JSON.parse(bundle));
    },
    /** What all sides say of it, for a test that fails. */
    async account() {
      const { gaps = [], segments = [] } = (await record().catch(() => null)) ?? {};
      const from = gaps[0]?.began ?? started;
      const since = (at) => (at ? Math.round(at - from) : '–');
      return [
        `milliseconds since ${new Date(from).toISOString()}`,
        ...gaps.map(({ began, ended, mediaBegan, mediaEnded }) => `no frames ${since(began)}–${since(ended)}, ${mediaBegan}–${mediaEnded} s`),
        ...told.map((stall) => `told ${since(stall.began.wall / 1e3)}–${since(stall.ended?.wall / 1e3)} ${accountOf(stall)}`),
        ...segments.slice(-SHOWN).map(({ track, number, start, end }) => `player: ${track} ${number} is ${start}–${end} s`),
        ...server.log.slice(-SHOWN).map(({ track, number, fault, status, requested, lastByte }) => `served ${track} ${number} ${fault ?? ''} ${status} ${since(requested)}–${since(lastByte)}`),
      ].join('\n');
    },
    async close() {
      await (shared ? page : browser).close();
      await server.close();
    },
  };
}

/** Of what there is much, the last so many are enough to see what went wrong. */
const SHOWN = 24;

/** Does something with a playback and closes it. Where that fails, what all sides say of the playback comes with it. */
export async function closing(session, act) {
  try {
    return await act(session);
  } catch (error) {
    error.stack += `\n${await session.account()}`;
    throw error;
  } finally {
    await session.close();
  }
}

function accountOf({ kind, cause, zones, blocking, ledger, not_observed: unseen }) {
  const parts = ledger.shares.map(({ stage, share }) => `${stage} ${share}`);
  const awaited = blocking.map(({ track, range, host, arrived, join }) => `${track} ${range.start}–${range.end} ${host} ${arrived ? 'came' : 'did not come'} ${join}`);
  return [kind, cause, zones.join(' '), [...parts, `chronic ${ledger.chronic}`, `unexplained ${ledger.unexplained}`].join(', '), awaited.join(', '), `not observed: ${unseen}`].join('; ');
}

/** How far begin and end of a stall may be from what the page saw, milliseconds. */
const TOLERANCE = 300;

export function assertTimes({ began, ended }, truth, tolerance = TOLERANCE) {
  const off = [began.wall / 1e3 - truth.began, ended.wall / 1e3 - truth.ended];
  assert.ok(off.every((off) => Math.abs(off) <= tolerance), `begin and end are off by ${off} ms`);
}

export const demoStream = () => makeStream(path.join(root, 'target/demo-stream'));

/** Adds a measurement to the summary of this browser's runs, in target/. */
export async function summarise(name, values) {
  const file = path.join(root, `target/e2e-${browserName}.json`);
  const summary = JSON.parse(await readFile(file, 'utf8').catch(() => '{}'));
  await writeFile(file, `${JSON.stringify({ ...summary, [name]: values }, null, 2)}\n`);
}

/**
 * A machine that is too busy makes playback stand for a moment, and that is rightly found. The tests are about what they
 * do themselves.
 */
export function isHiccup(stall, gaps) {
  return stall.cause === 'frozen' && stall.duration < HICCUP && gaps.some((gap) => overlaps(gap, stall));
}

/** Microseconds. Whatever a test does makes playback stand for longer. */
const HICCUP = 800_000;

/** Playback may take this many times as long as the media, stalls included. */
const SLOWDOWN = 3;

/** What a report is about: its last stall. */
const lastOf = (report) => JSON.parse(report).stalls.at(-1);

/** A verdict is recorded within this long after its stall, milliseconds: half a second to settle, and then some. */
const SETTLES = 5000;

export const storedStalls = (popup) =>
  popup.evaluate(
    () =>
      new Promise((done, fail) => {
        const open = indexedDB.open('whystall');
        // No stall was ever recorded, and looking must not be what creates the database.
        open.onupgradeneeded = () => open.transaction.abort();
        open.onerror = () => (open.error.name === 'AbortError' ? done([]) : fail(open.error));
        open.onsuccess = () => {
          const both = open.result.transaction(['bundles', 'stalls']);
          const [bundles, stalls] = ['bundles', 'stalls'].map((name) => both.objectStore(name).getAll());
          const kept = (of) => stalls.result.find(({ id }) => id === of)?.kept;
          // A bundle is canonical, so what is in it is, too.
          const report = ({ id, bundle }) => ({ bundle, report: JSON.stringify(JSON.parse(bundle).report), kept: kept(id) });
          both.oncomplete = () => (open.result.close(), done(bundles.result.map(report)));
          both.onabort = () => fail(both.error);
        };
      }),
  );

/** The program replays each bundle to the same bytes as the browser, or this fails. */
async function verifyNatively(records) {
  if (records.length === 0) return;
  const dir = await mkdtemp(path.join(os.tmpdir(), 'whystall-bundles-'));
  try {
    // Kept for a closer look, where one is wanted.
    const keep = process.env.WHYSTALL_KEEP;
    if (keep) await mkdir(keep, { recursive: true });
    if (keep) await Promise.all(records.map(({ bundle, report }) => writeFile(path.join(keep, `${lastOf(report).began.wall}.whystall`), bundle)));
    const files = records.map((_, i) => path.join(dir, `${i}.whystall`));
    await Promise.all(records.map(({ bundle }, i) => writeFile(files[i], bundle)));
    const program = path.join(root, 'target/debug/whystall');
    await promisify(execFile)(program, ['verify', ...files]);
    for (const [i, { report }] of records.entries()) {
      const { stdout } = await promisify(execFile)(program, ['replay', files[i]]);
      if (stdout.trimEnd() !== report.trimEnd()) throw new Error('the native replay differs from the browser');
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
