// A history that was damaged, and files that are no history: what is wrong is said, nothing is lost, nothing hangs, and stalls are
// explained all the same.
import assert from 'node:assert/strict';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { launch } from '../../demo/browsers.mjs';
import { answered, historyIn, opened, reloaded, stored, withHistory } from './kept.mjs';
import { browserName, play, until } from './playback.mjs';

const withheld = (track, number) => (track === 'video' && number === 4 ? { kind: 'withheld', silence: 9500 } : null);

describe(`a damaged history in ${browserName}`, () => {
  test('a database without what it should have in it is said to be damaged, and stalls are explained all the same', async () => {
    const browser = await launch(browserName);
    try {
      const page = await browser.openExtensionPage('welcome.html');
      await page.evaluate(makeEmpty);
      const stats = await opened(browser, 'stats.html');
      assert.match(await stats.evaluate(() => document.querySelector('.error').textContent), /can't be read.*damaged.*Nothing was deleted/);
      assert.equal(await stats.evaluate(() => document.getElementById('filled').checkVisibility()), false);
      await stats.close();
      const session = await play({ fault: withheld, shared: browser });
      try {
        await session.standstill();
        assert.ok((await session.record()).overlays.length > 0, 'no overlay');
        const popup = await browser.openPopup(session.page);
        assert.match(await historyIn(popup), /can't be read.*damaged.*Nothing was deleted/);
        // The stall itself is known for as long as its tab is there.
        assert.match(await popup.$eval('.stall .headline', ({ textContent }) => textContent), /^Playback stopped for/);
      } finally {
        await session.close();
      }
    } finally {
      await browser.close();
    }
  });

  test('records that are damaged are left out and told of, and all others stay and go on', async () => {
    const browser = await launch(browserName);
    try {
      const stats = await opened(browser, 'stats.html');
      const now = Math.floor(Date.now() / 3_600_000);
      await withHistory(stats, async ({ keep, count }) => {
        const began = { wall: (Date.now() - 60_000) * 1000, media: 0 };
        const stall = { began, duration: 400_000, kind: 'starved', cause: 'slow-transfer', zones: ['home'], by_zone: [], blocking: [] };
        const place = { site: 'good.example', network: '' };
        await keep('page', place, { id: 'good', bundle: '{}', report: JSON.stringify({ stalls: [stall] }) });
        await count('page', place, { watched: { played: 3_600_000_000, reduced: 0, starts: 1, startUp: 500_000 }, stall: null });
      });
      await stats.evaluate(spoil, now);
      // As if the browser were started anew: what was under way is settled.
      await stats.evaluate(() => (globalThis.browser ?? globalThis.chrome).storage.session.clear());
      await reloaded(stats);
      const told = () =>
        stats.evaluate(() => ({
          spoilt: document.getElementById('spoilt').textContent,
          list: [...document.querySelectorAll('#stalls li')].map(({ textContent }) => textContent),
          watched: document.querySelector('#figures dd')?.textContent,
          error: document.querySelector('.error')?.textContent,
        }));
      const shown = await told();
      assert.match(shown.spoilt, /damaged and left out here: 2\. Nothing was deleted/);
      assert.deepEqual(shown.list.map((line) => /damaged/.test(line)), [true, true, false], `${shown.list}`);
      assert.deepEqual([shown.watched, shown.error], ['1\u00a0h', undefined]);

      // What is counted into a damaged hour mends it, and keeps what of it can be read; new evidence pushes no other out.
      const kept = await withHistory(stats, async ({ count, keep, everything }) => {
        const place = { site: 'bad.example', network: '' };
        await count('other', place, { watched: { played: 1e6, reduced: 0, starts: 1, startUp: 0 }, stall: null });
        const stall = { began: { wall: Date.now() * 1000, media: 0 }, duration: 1, kind: 'starved', cause: 'frozen', zones: [], by_zone: [], blocking: [] };
        for (let i = 0; i < 20; i += 1) await keep('other', place, { id: `more-${i}`, bundle: '{}', report: JSON.stringify({ stalls: [stall] }) });
        const { hours, stalls, bundles } = await everything();
        const { played, starts } = hours.find(({ site, hour }) => site === 'bad.example' && hour === Math.floor(Date.now() / 3_600_000));
        return { played, starts, stalls: stalls.length, bundles: bundles.length };
      });
      assert.deepEqual(kept, { played: 1e6, starts: 3, stalls: 21, bundles: 21 });

      // The viewer can delete what is damaged, and the rest stays.
      await reloaded(stats);
      const listed = (await told()).list.length;
      await stats.evaluate(() => [...document.querySelectorAll('#stalls li')].find(({ textContent }) => /damaged/.test(textContent)).querySelector('button').click());
      await answered(stats, 'yes');
      await until(async () => (await told()).list.length === listed - 1, 'one to be deleted');
      assert.equal((await stored(stats)).stalls.length, 22);
      await stats.close();

      const session = await play({ fault: withheld, shared: browser });
      try {
        await session.standstill();
        assert.ok((await session.record()).overlays.length > 0, 'no overlay');
        const { host } = new URL(session.page.url());
        const popup = await browser.openPopup(session.page);
        const recorded = async () => (await stored(popup)).stalls.some(({ site, kept }) => site === host && kept !== undefined);
        await until(recorded, 'the stall to be recorded');
        await until(async () => (await historyIn(popup)).startsWith(`${host}, the last 30 days`), 'the popup to tell of it');
      } finally {
        await session.close();
      }
    } finally {
      await browser.close();
    }
  });

  test('a file that can\'t be read in says why, one that takes long shows how far it is and can be ended', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'whystall-imports-'));
    const browser = await launch(browserName);
    try {
      const stats = await opened(browser, 'stats.html');
      const input = await stats.$('#import-file');
      const began = Date.now() - 86_400_000;
      const stall = (i) => ({
        id: `stall-${String(i).padStart(6, '0')}`, began: began + i, duration: 1_000_000, position: 0, kind: 'starved', cause: 'slow-transfer', zones: ['home'],
        byZone: {}, host: '', site: 'a.example', network: '',
      });
      const history = (stalls) => JSON.stringify({ format: 'whystall-history', version: 2, marks: [], networks: [], hours: [], stalls, bundles: [] });
      const several = Array.from({ length: 3000 }, (_, i) => stall(i));
      const text = history(several);
      const written = async (name, content) => {
        const file = path.join(folder, name);
        await writeFile(file, content);
        return file;
      };
      const large = await written('large.json', text);
      await truncate(large, 300e6 + 1);
      const files = [
        [large, /can't be read in: it is larger than 300 MB\. Nothing was changed/],
        // Of this much is a history allowed to be, but no zip of it.
        [await written('bomb.json', gzipSync(Buffer.alloc(290e6))), /it is no history that Whystall has saved\. Nothing was changed/],
        [await written('cut.json', text.slice(0, text.length / 2)), /it is cut off or damaged\. Nothing was changed/],
        [await written('letter.json', 'Dear ISP'), /it is no history that Whystall has saved/],
        [await written('newer.json', text.replace('"version":2', '"version":3')), /a newer Whystall has saved it/],
        [await written('wrong.json', text.replace('"duration":1000000', '"duration":"long"')), /something in it is not as Whystall writes it/],
      ];
      const notices = () => stats.$$eval('.notice', (notices) => notices.filter((notice) => notice.checkVisibility()).map(({ textContent }) => textContent));
      /** Reads a file in; gives what the page then says. */
      const readIn = async (file) => {
        await stats.evaluate(() => document.getElementById('notices').replaceChildren());
        await input.uploadFile(file);
        await until(async () => (await notices()).length > 0, `an answer to ${file}`, 60_000);
        return (await notices()).join(' ');
      };
      for (const [file, said] of files) {
        assert.match(await readIn(file), said);
        assert.equal(await stats.evaluate(() => document.getElementById('busy').hidden), true, file);
      }
      assert.equal((await stored(stats)).stalls.length, 0);

      const whole = await written('whole.json', text);
      await stats.evaluate(followProgress, true);
      assert.match(await readIn(whole), /^Cancelled\. Nothing was changed\.$/);
      assert.equal((await stored(stats)).stalls.length, 0);

      await stats.evaluate(followProgress, false);
      const undated = await written('undated.json', history([...several, { ...stall(3000), began: 5000 }]));
      assert.match(await readIn(undated), /Read in: 3000 stalls/);
      await until(async () => (await notices()).some((said) => /nothing tells when it was: 1\./.test(said)), 'what was left out');
      assert.equal((await stored(stats)).stalls.length, 3000);
      const { values, label } = await stats.evaluate(() => globalThis.progress);
      assert.ok(values.length > 2 && values.every((value, i) => value <= 1 && (i === 0 || value >= values[i - 1])), `${values}`);
      assert.equal(label, 'Reading in …');
    } finally {
      await browser.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});

/** Of this version, but with nothing in it: what is left where files of the database were lost. */
function makeEmpty() {
  return new Promise((done, fail) => {
    const gone = indexedDB.deleteDatabase('whystall');
    gone.onsuccess = () => {
      const open = indexedDB.open('whystall', 3);
      open.onerror = () => fail(open.error);
      open.onsuccess = () => (open.result.close(), done());
    };
  });
}

/** Puts records there that have not the shape they must have. */
function spoil(now) {
  return new Promise((done, fail) => {
    const open = indexedDB.open('whystall');
    open.onerror = () => fail(open.error);
    open.onsuccess = () => {
      const transaction = open.result.transaction(['stalls', 'hours', 'open'], 'readwrite');
      const [stalls, hours, pages] = ['stalls', 'hours', 'open'].map((name) => transaction.objectStore(name));
      const place = { site: 'bad.example', network: '' };
      hours.put({ ...place, hour: now, played: 'much', starts: 2, sets: 'none' });
      hours.put({ ...place, hour: 1e300, played: 1, reduced: 0, starts: 0, startUp: 0, sets: [[1]] });
      stalls.put({ id: 'spoilt-1', began: Date.now() });
      stalls.put({ id: 'spoilt-2', began: Date.now() + 1, kept: 5, size: 'large', zones: 'home', ...place });
      pages.put({ session: 'other', counted: { played: 'x' }, stall: { began: 'x' }, cut: 7 });
      pages.put({ session: 'gone', stall: 'x' });
      transaction.oncomplete = () => (open.result.close(), done());
      transaction.onabort = () => fail(transaction.error);
    };
  });
}

/** Notes how far what is under way gets; ends it as soon as it says. @param {boolean} end */
function followProgress(end) {
  const bar = document.getElementById('busy-bar');
  const progress = (globalThis.progress = { values: [], label: '' });
  const observer = new MutationObserver(() => {
    if (!bar.checkVisibility() || bar.position < 0) return;
    progress.values.push(bar.position);
    progress.label = bar.labels[0].textContent.trim();
    if (!end) return;
    observer.disconnect();
    document.getElementById('busy-end').click();
  });
  observer.observe(bar, { attributes: true });
}
