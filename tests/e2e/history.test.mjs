// What is kept: of a stall, of playing, whatever is stopped, killed, full, old, newer or read in again.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch } from '../../demo/browsers.mjs';
import { answered, historyIn, opened, press, reloaded, stored, withHistory } from './kept.mjs';
import { browserName, play, until } from './playback.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
const withheld = (track, number) => (track === 'video' && number === 4 ? { kind: 'withheld', silence: 9500 } : null);

/** Playing time and stalls may be off by this, milliseconds: the page is looked at four times a second. */
const TOLERANCE = 600;

describe(`history in ${browserName}`, () => {
  test('a stall and what was played are kept when the background stops, shown, saved, deleted and read in again', async () => {
    const downloads = await mkdtemp(path.join(os.tmpdir(), 'whystall-downloads-'));
    const session = await play({ fault: withheld, how: { downloads } });
    const { browser, page } = session;
    try {
      await session.standstill();
      const stalls = await session.verdicts(1, { hiccups: true });
      const { played, url } = await page.evaluate(() => ({ played: demo.video.currentTime * 1000, url: location.href }));
      await browser.stopBackground();
      const stats = await opened(browser, 'stats.html');
      // The counts come within five seconds of the pause.
      const sum = async (what) => (await stored(stats)).hours.reduce((sum, hour) => sum + hour[what], 0) / 1000;
      await until(async () => Math.abs((await sum('played')) - played) <= TOLERANCE, `${played} ms played, not ${await sum('played')}`, 10_000);
      assert.equal((await sum('starts')) * 1000, 1);
      // By now all is in: a busy machine may have made playback stand once more before the pause.
      const kept = await stored(stats);
      assert.ok(kept.stalls.length >= stalls.length);
      for (const { began, duration, cause, zones } of stalls) {
        const row = kept.stalls.find((row) => row.began === Math.round(began.wall / 1000));
        assert.deepEqual([row?.site, row?.duration, row?.cause, row?.zones], [new URL(url).host, duration, cause, zones]);
      }
      assert.equal(kept.bundles, kept.stalls.length);
      const startUp = await sum('startUp');
      assert.ok(startUp > 0 && startUp < 10_000, `${startUp} ms to start`);
      // Nothing but names of hosts: no address, no title.
      const text = JSON.stringify(kept);
      assert.doesNotMatch(text, /https?:|\/\/|\.m4s|\.m3u8|stream=/);

      const listed = () => stats.evaluate(() => document.querySelectorAll('#stalls button').length);
      await reloaded(stats);
      assert.equal(await listed(), kept.stalls.length);
      // The newest is the first.
      assert.equal(await stats.$eval('#stalls a', (link) => link.getAttribute('href')), `share.html?stall=${kept.stalls.at(-1).id}`);
      const popup = await opened(browser, await browser.popupOf(page));
      const told = await popup.evaluate(() => document.querySelector('.history')?.textContent);
      assert.match(told, new RegExp(`^${new URL(url).host}`));
      assert.equal(await popup.evaluate(() => document.querySelectorAll('.history .kept button').length), kept.stalls.length);
      await popup.close();

      await stats.bringToFront();
      await stats.evaluate(() => document.getElementById('export-json').click());
      const file = path.join(downloads, 'whystall-history.json');
      await until(async () => (await readdir(downloads)).includes('whystall-history.json') && (await readFile(file, 'utf8')).endsWith(']}\n'), 'the file');
      const before = await stored(stats);
      await press(stats, 'delete-all', 'yes');
      await until(async () => (await stored(stats)).stalls.length === 0, 'everything to be deleted');
      await until(() => stats.evaluate(() => document.querySelector('.empty')?.checkVisibility()), 'the page to say that it is empty');
      const input = await stats.$('#import-file');
      for (const once of [1, 2]) {
        await input.uploadFile(file);
        await until(() => stats.evaluate((once) => document.querySelectorAll('.notice').length === once, once), 'the file to be read in');
        const after = await stored(stats);
        const plain = ({ kept: _, ...row }) => row;
        assert.deepEqual(after.stalls.map(plain), before.stalls.map(plain));
        assert.deepEqual([after.hours, after.bundles], [before.hours, before.bundles]);
      }

      // One alone.
      await until(async () => (await listed()) === before.stalls.length, 'the list');
      await stats.evaluate(() => document.querySelector('#stalls button').click());
      await answered(stats, 'yes');
      await until(async () => (await stored(stats)).stalls.length === before.stalls.length - 1, 'one to be deleted');
      const left = await stored(stats);
      assert.equal(left.bundles, before.bundles - 1);
      const counted = (rows) => rows.flatMap(({ sets }) => sets).reduce((sum, [, stalls]) => sum + stalls, 0);
      assert.equal(counted(left.hours), counted(before.hours) - 1);
    } finally {
      await session.close();
      await rm(downloads, { recursive: true, force: true });
    }
  });

  test('killing the browser in the middle of a stall loses at most its last second', async () => {
    const profile = await mkdtemp(path.join(os.tmpdir(), 'whystall-profile-'));
    let session;
    try {
      const browser = await launch(browserName, { profile });
      session = await play({ fault: withheld, shared: browser });
      const { page } = session;
      const stands = () => page.evaluate(() => !demo.video.paused && demo.video.currentTime > 1 && demo.video.readyState < 3);
      await until(stands, 'the stall');
      const since = Date.now();
      await until(() => Date.now() - since > 3000, 'the stall to last');
      assert.ok(await stands(), 'the stall was over before the browser was killed');
      const { gaps } = await session.record();
      const killed = Date.now();
      await browser.kill();

      const next = await launch(browserName, { profile, again: true });
      try {
        const { stalls, hours } = await stored(await opened(next, 'stats.html'));
        const cut = stalls.filter((stall) => stall.cut);
        assert.equal(cut.length, 1, JSON.stringify(stalls));
        // Any other is one that the page saw: on a busy machine playback may have stood before.
        for (const other of stalls.filter((stall) => !stall.cut)) {
          const seen = gaps.some((gap) => gap.began < other.began + other.duration / 1000 && gap.ended > other.began);
          assert.ok(seen, `${JSON.stringify(other)} in ${JSON.stringify(gaps)}`);
        }
        const [{ began, duration, zones, cause }] = cut;
        assert.ok(killed - (began + duration / 1000) <= 1000, `${killed - (began + duration / 1000)} ms of it are lost`);
        assert.ok(duration >= 2_000_000 && began + duration / 1000 <= killed + 100, `${duration} µs`);
        assert.ok(zones.length > 0 && cause !== '');
        assert.equal(hours.reduce((sum, { sets }) => sum + sets.reduce((sum, [, stalls]) => sum + stalls, 0), 0), stalls.length);
      } finally {
        await next.close();
      }
    } finally {
      await session?.server.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    }
  });

  test('a history of version 1 or 2 is taken over, and one of a newer version is left alone', async () => {
    const browser = await launch(browserName);
    try {
      const page = await browser.openExtensionPage('welcome.html');
      const folder = path.join(root, 'tests/replay/slow-transfer/access-evening-chromium');
      const bundle = await readFile(path.join(folder, 'bundle.whystall'), 'utf8');
      await page.evaluate(makeVersion1, bundle, JSON.stringify(JSON.parse(bundle).report));
      const stats = await opened(browser, 'stats.html');
      const { stalls, bundles, hours } = await stored(stats);
      const stall = JSON.parse(bundle).report.stalls.at(-1);
      assert.deepEqual([stalls.length, bundles, hours.length], [1, 1, 1]);
      assert.deepEqual([stalls[0].id, stalls[0].duration, stalls[0].zones], ['v1', stall.duration, stall.zones]);
      assert.equal(await stats.evaluate(() => document.querySelectorAll('#stalls li').length), 1);
      const text = await withHistory(stats, ({ stall }) => stall('v1'));
      assert.equal(text, bundle);
      await stats.close();

      // What version 2 had goes on; what is new is of another network, and moves where the viewer says.
      await page.evaluate(makeVersion2, { ...stalls[0], id: 'v2' }, { ...hours[0], played: 3e6 });
      const later = await opened(browser, 'stats.html');
      const found = await withHistory(later, async ({ keep, moveNetwork, stalls, hours }) => {
        const row = { began: { wall: Date.now() * 1000, media: 0 }, duration: 1, kind: 'starved', cause: 'frozen', zones: [], by_zone: [], blocking: [] };
        await keep('x', { site: 'a.example', network: 'phone' }, { id: 'phone-1', bundle: '{}', report: JSON.stringify({ stalls: [row] }) });
        const of = async (network) => (await stalls({ network, limit: 9 })).map(({ id }) => id);
        const before = [await of(''), await of('phone')];
        await moveNetwork('phone', '');
        return { before, after: [await of(''), await of('phone')], networks: (await hours()).map(({ network }) => network), played: (await hours())[0].played };
      });
      assert.deepEqual(found, { before: [['v2'], ['phone-1']], after: [['phone-1', 'v2'], []], networks: ['', ''], played: 3e6 });
      await later.close();

      await page.evaluate(makeNewer);
      const other = await opened(browser, 'stats.html');
      assert.match(await other.evaluate(() => document.querySelector('.error')?.textContent ?? ''), /newer/);
      assert.equal(await other.evaluate(() => document.getElementById('filled').checkVisibility()), false);
      // Watching goes on.
      const session = await play({ fault: withheld, shared: browser });
      try {
        await session.standstill();
        assert.ok((await session.record()).overlays.length > 0, 'no overlay');
        assert.match(await historyIn(await browser.openPopup(session.page)), /written by a newer Whystall.*Nothing was deleted/);
      } finally {
        await session.close();
      }
    } finally {
      await browser.close();
    }
  });

  test('without room the oldest evidence goes, the rows stay, and the page says so', async () => {
    const browser = await launch(browserName, { room: 10 });
    try {
      const stats = await opened(browser, 'stats.html');
      if (browserName === 'chromium') await limit(stats, 10e6);
      await withHistory(stats, async ({ keep }) => {
        const stall = (i) => ({
          began: { wall: (Date.now() - i * 1000) * 1000, media: 0 }, duration: 400_000, kind: 'starved', cause: 'slow-transfer',
          zones: ['home', 'access'], by_zone: [], blocking: [],
        });
        for (let i = 0; i < 30; i += 1) {
          const noise = Array.from(crypto.getRandomValues(new Uint8Array(60_000)), (byte) => byte.toString(36)).join('');
          await keep('test', { site: 'full.example', network: '' }, { id: `full-${i}`, bundle: noise.repeat(10), report: JSON.stringify({ stalls: [stall(i)] }) });
        }
      });
      const { stalls, bundles } = await stored(stats);
      assert.equal(stalls.length, 30);
      assert.ok(bundles > 0 && bundles < 30, `${bundles} bundles`);
      assert.equal(stalls.filter(({ kept }) => kept !== undefined).length, bundles);
      await reloaded(stats);
      assert.equal(await stats.evaluate(() => document.querySelectorAll('.notice').length), 1);
    } finally {
      await browser.close();
    }
  });

  // Firefox's private windows are out of sight of its remote control.
  if (browserName === 'chromium') test('a private window leaves nothing', async () => {
    const session = await play({ fault: withheld, privately: true });
    try {
      await session.standstill();
      assert.ok((await session.record()).overlays.length > 0, 'Whystall does not look at it at all');
      await session.page.close();
      const { stalls, hours, bundles } = await stored(await opened(session.browser, 'stats.html'));
      assert.deepEqual([stalls, hours, bundles], [[], [], 0]);
    } finally {
      await session.close();
    }
  });

  test('what is older than the viewer wants goes', async () => {
    const browser = await launch(browserName);
    try {
      const stats = await opened(browser, 'stats.html');
      const left = await withHistory(stats, async ({ keep, count, forgetOld, stalls, hours }) => {
        const DAY = 86_400_000;
        const now = Date.now();
        const stall = (days) => ({
          began: { wall: (now - days * DAY) * 1000, media: 0 }, duration: 400_000, kind: 'starved', cause: 'slow-transfer', zones: [], by_zone: [], blocking: [],
        });
        const place = { site: 'old.example', network: '' };
        for (const days of [1, 20, 40]) {
          await keep('test', place, { id: `old-${days}`, bundle: '{}', report: JSON.stringify({ stalls: [stall(days)] }) });
          await count(`page-${days}`, place, { watched: { played: 1e6, reduced: 0, starts: 1, startUp: 0 }, stall: null }, { now: now - days * DAY });
        }
        await (globalThis.browser ?? globalThis.chrome).storage.local.set({ keepDays: 30 });
        await forgetOld();
        return { stalls: (await stalls({ limit: 10 })).map(({ id }) => id), hours: (await hours()).length };
      });
      assert.deepEqual(left, { stalls: ['old-1', 'old-20'], hours: 2 });
      assert.equal((await stored(stats)).bundles, 2);
    } finally {
      await browser.close();
    }
  });
});

/** As extension/store.js made it. */
function makeVersion1(bundle, report) {
  return new Promise((done, fail) => {
    const gone = indexedDB.deleteDatabase('whystall');
    gone.onsuccess = () => {
      const open = indexedDB.open('whystall', 1);
      open.onupgradeneeded = () => open.result.createObjectStore('stalls', { keyPath: 'id' }).createIndex('savedAt', 'savedAt');
      open.onerror = () => fail(open.error);
      open.onsuccess = () => {
        const transaction = open.result.transaction('stalls', 'readwrite');
        transaction.objectStore('stalls').put({ id: 'v1', bundle, report, savedAt: Date.now() });
        transaction.oncomplete = () => (open.result.close(), done());
      };
    };
  });
}

/** As extension/history.js made it when it knew no networks. */
function makeVersion2(row, hour) {
  return new Promise((done, fail) => {
    const gone = indexedDB.deleteDatabase('whystall');
    gone.onsuccess = () => {
      const open = indexedDB.open('whystall', 2);
      open.onupgradeneeded = () => {
        const stalls = open.result.createObjectStore('stalls', { keyPath: 'id' });
        stalls.createIndex('began', 'began');
        stalls.createIndex('site', ['site', 'began']);
        stalls.createIndex('kept', 'kept');
        open.result.createObjectStore('hours', { keyPath: ['site', 'network', 'hour'] }).createIndex('hour', 'hour');
        open.result.createObjectStore('open', { keyPath: 'session' });
        open.result.createObjectStore('bundles', { keyPath: 'id' });
      };
      open.onerror = () => fail(open.error);
      open.onsuccess = () => {
        const transaction = open.result.transaction(['stalls', 'hours'], 'readwrite');
        transaction.objectStore('stalls').put(row);
        transaction.objectStore('hours').put(hour);
        transaction.oncomplete = () => (open.result.close(), done());
      };
    };
  });
}

function makeNewer() {
  return new Promise((done, fail) => {
    const open = indexedDB.open('whystall', 99);
    open.onerror = () => fail(open.error);
    open.onsuccess = () => (open.result.close(), done());
  });
}

/** Leaves the extension so much room; in Firefox that is a setting. */
async function limit(page, quotaSize) {
  const session = await page.createCDPSession();
  await session.send('Storage.overrideQuotaForOrigin', { origin: await page.evaluate(() => location.origin), quotaSize });
}
