// Causes on the viewer's own side as they come about by themselves, in real browsers: a line too slow for what the player
// chose, a source that takes no more, a page that jumps about, timers slowed down in a tab that nobody sees, a machine that
// sleeps. What really happened is told by the page, the server and what the test did.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch } from '../../demo/browsers.mjs';
import { overlaps } from '../../demo/verdict.mjs';
import { addHeavy } from '../../demo/stream.mjs';
import { assertTimes, browserName, closing, demoStream, pass, play, until } from './playback.mjs';

/** A page with a player of its own. */
const tiny = (query = {}) => ({ file: '/tiny.html', pages: [fileURLToPath(new URL('pages', import.meta.url))], query });

const explained = ({ cause, zones, kind }) => ({ cause, zones, kind });

/** How far begin and end may be off where the page jumps, which takes its time, and in a tab whose timers run once a second,
 * milliseconds. */
const JUMPING = 500;
const HIDDEN = 1000;

/** More stalls than there are: wait until nothing more is stored. */
const ALL = 100;
/** Going over to another quality may cost so much, milliseconds. */
const SWITCHING = 1000;
/** What stands for so long is surely a stall, and so long it is looked at, milliseconds. */
const SURELY = 300;
const LASTED = 15_000;
/** What a stall is put down to whose data was there. */
const SHOWING = ['decoder-slow', 'slow-motion', 'frozen'];
/** The way of the data. */
const PATH = ['home', 'access', 'interconnect', 'edge'];

describe(`provoked in ${browserName}`, () => {
  let shared;
  before(async () => {
    await addHeavy(await demoStream());
    shared = await launch(browserName);
  });
  after(() => shared.close());
  const provoked = (name, options, act) =>
    test(name, async () => {
      await closing(await play({ shared: options.how ? undefined : shared, ...options }), act);
    });

  // Enough for the lowest quality, and not for the two above it.
  const LINE = { kind: 'slow-line', kbps: 900 };
  const onLine = { fault: (track) => (track === 'video' ? LINE : null), query: { level: '0' } };

  provoked('a quality too high for the line', onLine, async ({ page, server, reaches, standstill, verdicts }) => {
    await reaches(8);
    await page.evaluate(() => demo.player.keepTo(2));
    const gap = await standstill();
    const stall = (await verdicts(1)).find((stall) => overlaps(gap, stall));
    assert.deepEqual(explained(stall), { cause: 'abr-overreach', zones: ['player', 'home', 'access', 'interconnect', 'edge'], kind: 'starved' });
    assertTimes(stall, gap);
    // By the server's log the lowest comes faster than it plays, and the highest slower.
    const took = (name) => server.log.filter(({ representation, lastByte }) => representation === name && lastByte).map(({ requested, lastByte }) => lastByte - requested);
    assert.ok(took('360p').every((millis) => millis < 2000), `${took('360p')}`);
    assert.ok(took('720p').every((millis) => millis > 2000) && took('720p').length > 0, `${took('720p')}`);
    const { needed, expected } = stall.findings.find(({ id }) => id === 'rate-too-high').values;
    assert.ok(expected.bitrate <= LINE.kbps * 1000 && needed.bitrate > 1.5 * LINE.kbps * 1000, `${needed.bitrate} of ${expected.bitrate}`);
  });

  // Sixty pictures a second of 33 million pixels. Chromium's playback crawls and stands; in Firefox the sound goes on without them.
  provoked('a picture too large for the machine', { query: { heavy: '', level: '0' } }, async ({ page, reaches, record, verdicts }) => {
    const position = () => page.evaluate(() => demo.video.currentTime);
    await reaches(3);
    await page.evaluate(() => {
      demo.video.muted = false;
      demo.player.keepTo(1);
    });
    await until(() => page.evaluate(() => demo.video.videoHeight > 1080), 'the large picture', 60_000);
    const [at, began] = [await position(), Date.now()];
    await pass(LASTED);
    const lost = Date.now() - began - 1000 * ((await position()) - at);
    const stalls = await verdicts(ALL);
    for (const { kind, cause, zones } of stalls) {
      assert.ok(kind !== 'starved' && SHOWING.includes(cause), `${kind}, ${cause}`);
      assert.ok(zones.includes('device') && !zones.some((zone) => PATH.includes(zone)), `${zones}`);
    }
    const sum = (durations) => durations.reduce((all, one) => all + one, 0);
    const told = sum(stalls.map(({ duration }) => duration / 1000));
    // Firefox tells late how far playback has come: what it made up for was played meanwhile.
    const stops = (await record()).stops.filter((stop) => stop.ended > began).map((stop) => stop.ended - stop.began - 1000 * stop.moved);
    const stood = sum(stops.filter((millis) => millis >= SURELY));
    assert.ok(told >= stood / 2 || stood < SWITCHING, `${told} ms of ${stood} ms were told`);
    // What is lost bit by bit is told where that is more than half (src/stall/slow.rs).
    assert.ok(told >= lost / 2 || lost < LASTED / 2, `${told} ms of ${lost} ms were told; it stood for ${stops.map(Math.round)} ms`);
  });

  provoked('a source that takes no more', { ...tiny({ ahead: '30', retry: '12000' }), how: { quota: 1 } }, async ({ page, standstill, verdicts }) => {
    const gap = await standstill();
    const stalls = await verdicts(1);
    const refused = await page.evaluate(() => demo.refused);
    assert.ok(refused.some(({ at, name }) => at < gap.began && name === 'QuotaExceededError'), JSON.stringify(refused));
    assert.deepEqual(stalls.map(explained), [{ cause: 'buffer-full', zones: ['player'], kind: 'starved' }]);
    assertTimes(stalls[0], gap);
  });

  provoked('a page that jumps on the spot', tiny(), async ({ page, reaches, verdicts }) => {
    await reaches(5);
    const truth = await page.evaluate(
      () =>
        new Promise((done) => {
          const { video } = demo;
          const at = video.currentTime;
          const epoch = () => performance.timeOrigin + performance.now();
          const began = epoch();
          const jumps = setInterval(() => {
            video.currentTime = at;
            if (epoch() - began < 4000) return;
            clearInterval(jumps);
            video.addEventListener('timeupdate', function moves() {
              if (video.seeking || video.currentTime <= at + 0.02) return;
              video.removeEventListener('timeupdate', moves);
              done({ began, ended: epoch() - (video.currentTime - at) * 1000 });
            });
          }, 100);
        }),
    );
    await reaches(8);
    const stalls = await verdicts(1);
    assert.deepEqual(stalls.map(explained), [{ cause: 'seek-storm', zones: ['player'], kind: 'frozen' }]);
    assertTimes(stalls[0], truth, JUMPING);
  });

  // Chromium pauses what has no sound in a tab that is hidden.
  provoked('timers of a hidden tab', { ...tiny({ steps: '8' }), how: { backgrounds: true } }, async ({ browser, page, reaches, verdicts }) => {
    await reaches(4);
    await page.evaluate(() => {
      const { video } = demo;
      Object.assign(video, { muted: false, volume: 0 });
      const epoch = () => performance.timeOrigin + performance.now();
      const stalls = (demo.stalls = []);
      video.addEventListener('waiting', () => stalls.push({ began: epoch() }));
      video.addEventListener('playing', () => stalls.length && (stalls.at(-1).ended ??= epoch()));
    });
    const other = await browser.browser.newPage();
    await other.bringToFront();
    await until(() => page.evaluate(() => document.visibilityState === 'hidden'), 'the tab to be hidden');
    const first = () => page.evaluate(() => demo.stalls.find(({ began, ended }) => ended - began >= 1000));
    const truth = await until(first, 'a stall and its end', 40_000);
    await page.bringToFront();
    await reaches((await page.evaluate(() => demo.video.currentTime)) + 6);
    const stall = (await verdicts(1)).find((stall) => overlaps(truth, stall));
    await other.close();
    assert.deepEqual(explained(stall), { cause: 'tab-throttled', zones: ['device', 'player'], kind: 'starved' });
    assertTimes(stall, truth, HIDDEN);
  });

  // Only Chromium's remote control can freeze a tab; Firefox has no such state. The other two await their trial in Firefox,
  // which has both.
  if (browserName === 'chromium') {
    // Not as a picture in the page, but every bit as much.
    const withheld = (track, number) => (track === 'video' && number === 5 ? { kind: 'withheld', silence: 9000 } : null);
    provoked('a picture in a picture', { fault: withheld }, async ({ page, reaches, standstill, verdicts }) => {
      await reaches(2);
      await page.evaluate(() => document.addEventListener('keydown', () => demo.video.requestPictureInPicture(), { once: true }));
      await page.keyboard.press('x');
      await until(() => page.evaluate(() => document.pictureInPictureElement === demo.video), 'the picture in a picture');
      const gap = await standstill();
      await page.evaluate(() => document.exitPictureInPicture());
      const stalls = await verdicts(1);
      const path = ['home', 'access', 'interconnect', 'edge', 'origin'];
      assert.deepEqual(stalls.map(explained), [{ cause: 'slow-response', zones: path, kind: 'starved' }]);
      assertTimes(stalls[0], gap);
    });

    // Some show the last picture meanwhile and leave out what was missed, some go on where they stopped.
    provoked('a machine that sleeps', tiny(), async ({ browser, page, reaches, record, verdicts }) => {
      await reaches(4);
      await browser.signal('SIGSTOP');
      try {
        await pass(4000);
      } finally {
        await browser.signal('SIGCONT');
      }
      await reaches((await page.evaluate(() => demo.video.currentTime)) + 4);
      const { gaps } = await record();
      assert.ok(gaps.some(({ began, ended }) => ended - began >= 3500), JSON.stringify(gaps));
      const stalls = await verdicts(1);
      for (const { zones } of stalls) assert.ok(zones.every((zone) => ['device', 'player'].includes(zone)), `${zones}`);
    });

    provoked('a frozen tab is no stall', tiny(), async ({ browser, page, reaches, verdicts }) => {
      await reaches(4);
      await page.evaluate(() => {
        Object.assign(demo.video, { muted: false, volume: 0 });
        demo.lifecycle = [];
        for (const type of ['freeze', 'resume']) document.addEventListener(type, () => demo.lifecycle.push([type, demo.video.currentTime]));
        demo.video.addEventListener('pause', () => document.visibilityState === 'visible' && demo.video.play());
      });
      const session = await page.createCDPSession();
      const other = await browser.browser.newPage();
      await other.bringToFront();
      await until(() => page.evaluate(() => document.visibilityState === 'hidden'), 'the tab to be hidden');
      await session.send('Page.setWebLifecycleState', { state: 'frozen' });
      await pass(4000);
      await page.bringToFront();
      await session.send('Page.setWebLifecycleState', { state: 'active' });
      await reaches(10);
      const [[freeze, from], [resume, to]] = await page.evaluate(() => demo.lifecycle);
      assert.deepEqual([freeze, resume], ['freeze', 'resume']);
      assert.ok(to - from < 0.5, `played from ${from} to ${to} s`);
      assert.deepEqual((await verdicts(0)).map(explained), []);
      await other.close();
    });
  }
});
