// Causes on the viewer's own side, made in a real browser: each is named, and what only looks like one is not. A blocked
// main thread is among the faults of matrix.mjs.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { browserName, closing, pass, play, until } from './playback.mjs';

/** A page with a player of its own that can be told to do things wrong. */
const tiny = { file: '/tiny.html', pages: [fileURLToPath(new URL('pages', import.meta.url))] };

const explained = ({ cause, zones, kind }) => ({ cause, zones, kind });

describe(`local causes in ${browserName}`, () => {
  const local = (name, options, act) =>
    test(name, async (context) => {
      await closing(await play(options), (session) => act(session, context));
    });

  local('a tab in the background is no stall', {}, async ({ browser, page, reaches, verdicts }) => {
    await reaches(4);
    const other = await browser.browser.newPage();
    await other.bringToFront();
    await until(() => page.evaluate(() => document.visibilityState === 'hidden'), 'the tab to be hidden');
    await pass(6000);
    await page.bringToFront();
    await until(() => page.evaluate(() => document.visibilityState === 'visible'), 'the tab to be visible');
    await reaches(14);
    assert.deepEqual((await verdicts(0)).map(explained), []);
  });

  local('connection lost', {}, async ({ page, reaches, verdicts }, context) => {
    await reaches(6);
    try {
      await page.setOfflineMode(true);
    } catch (error) {
      return context.skip(`the driver can't: ${error.message}`);
    }
    if (await page.evaluate(() => navigator.onLine)) return context.skip('the driver does not tell the page');
    await until(() => page.evaluate(() => demo.video.readyState < 3), 'the buffer to run dry');
    await pass(3000);
    await page.setOfflineMode(false);
    await reaches(18);
    const stalls = await verdicts(1);
    assert.deepEqual(stalls.map(explained), [{ cause: 'offline', zones: ['home', 'access'], kind: 'starved' }]);
  });

  local('a piece left out and jumped over', { ...tiny, query: { skip: '5' } }, async ({ reaches, verdicts }) => {
    await reaches(14);
    const stalls = await verdicts(1);
    assert.deepEqual(stalls.map(explained), [{ cause: 'buffer-hole', zones: ['player'], kind: 'starved' }]);
    const [{ began, ended, duration }] = stalls;
    // Ten seconds in the hole begins, after twelve it ends; the player stands there for two.
    assert.ok(Math.abs(began.media / 1e6 - 10) < 0.2, `began at ${began.media / 1e6} s`);
    assert.ok(Math.abs(ended.media / 1e6 - 12) < 0.2, `ended at ${ended.media / 1e6} s`);
    assert.ok(Math.abs(duration / 1e6 - 2) < 0.5, `lasted ${duration / 1e6} s`);
  });

  // The pieces around the hole follow on each other in the playlist: that the player left one out can't be said.
  local('a piece that the playlist leaves out', { ...tiny, playlist: (_, text) => text.replace(/#EXTINF:.*\nsegment-005.*\n/, '') }, async ({ reaches, verdicts, evidence }) => {
    await reaches(14);
    const stalls = await verdicts(1);
    assert.deepEqual(stalls.map(explained), [{ cause: 'buffer-hole', zones: ['player', 'origin'], kind: 'starved' }]);
    const [{ inputs }] = await evidence();
    assert.ok(inputs.some(({ named }) => named?.index === 5), 'the place of a piece is known');
  });

  local('a buffer that is full', tiny, async ({ page, reaches, verdicts }) => {
    await reaches(5);
    await page.evaluate(() => void (demo.full = true));
    await until(() => page.evaluate(() => demo.video.readyState < 3), 'the buffer to run dry');
    await pass(2000);
    await page.evaluate(() => void (demo.full = false));
    await reaches(14);
    const stalls = await verdicts(1);
    assert.deepEqual(stalls.map(explained), [{ cause: 'buffer-full', zones: ['player'], kind: 'starved' }]);
  });

  // Beside a stall of another cause: what is seen of a licence must not depend on encrypted media being at hand.
  local('the steps of a licence are seen', { ...tiny, query: { skip: '5' } }, async (session, context) => {
    const { page, reaches, verdicts, evidence } = session;
    await reaches(2);
    const failure = await page.evaluate(askForKey).then(() => null, (error) => error.message);
    if (failure) return context.skip(`no Clear Key here: ${failure}`);
    await reaches(14);
    await verdicts(1);
    const [{ inputs }] = await evidence();
    const steps = inputs.filter(({ event }) => event === 'licence');
    const when = (wanted) => steps.find(({ step }) => step === wanted)?.at;
    assert.equal(steps.length, 3);
    assert.ok(when('asked') <= when('given') && when('given') <= when('usable'), JSON.stringify(steps));
  });
});

/** A Clear Key session from its request to a usable key. Runs in the page. */
async function askForKey() {
  const video = [{ contentType: 'video/mp4; codecs="avc1.64001f"' }];
  const access = await navigator.requestMediaKeySystemAccess('org.w3.clearkey', [{ initDataTypes: ['keyids'], videoCapabilities: video }]);
  const session = (await access.createMediaKeys()).createSession();
  const happened = (type) => new Promise((done) => session.addEventListener(type, done, { once: true }));
  const kid = 'EREREREREREREREREREREQ';
  const encode = (value) => new TextEncoder().encode(JSON.stringify(value));
  const message = happened('message');
  await session.generateRequest('keyids', encode({ kids: [kid] }));
  await message;
  const usable = happened('keystatuseschange');
  await session.update(encode({ keys: [{ kty: 'oct', kid, k: 'ABEiM0RVZneImaq7zN3u_w' }], type: 'temporary' }));
  await usable;
}
