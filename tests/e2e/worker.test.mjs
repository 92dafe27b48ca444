// A player that fills its source in a worker: its stall is found, and what cannot be seen of it is said, not guessed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { browserName, play, until } from './playback.mjs';

/** The player is six seconds ahead, so that this stalls it at 8 s for about three seconds. */
const fault = (track, number) => (track === 'video' && number === 4 ? { kind: 'withheld', silence: 9000 } : null);

/** How far begin and end may be from what the page saw, milliseconds. */
const TOLERANCE = 300;

test(`${browserName}: a stall of a player in a worker`, async () => {
  const session = await play({ file: '/worker.html', pages: [fileURLToPath(new URL('pages', import.meta.url))], fault });
  const { page, reaches, verdicts } = session;
  try {
    await until(() => page.evaluate(() => demo.supported !== undefined), 'the worker to say what it can');
    const supported = await page.evaluate(() => demo.supported);
    if (browserName === 'firefox') {
      // If this fails, Firefox has learned it, and the rest is to be tested there too.
      assert.equal(supported, false);
      return;
    }
    assert.equal(supported, true);
    await page.evaluate(() => {
      const epoch = () => performance.timeOrigin + performance.now();
      demo.video.addEventListener('waiting', () => demo.video.currentTime > 1 && (demo.dry = epoch()));
      demo.video.addEventListener('playing', () => demo.dry && (demo.moves = epoch()));
    });
    await reaches(12);
    const truth = await page.evaluate(() => ({ dry: demo.dry, moves: demo.moves }));
    const [stall, ...more] = await verdicts(1);
    assert.deepEqual(more, []);
    assert.equal(stall.kind, 'starved');
    assert.ok(Math.abs(stall.began.wall / 1e3 - truth.dry) <= TOLERANCE, `begin off by ${stall.began.wall / 1e3 - truth.dry} ms`);
    assert.ok(Math.abs(stall.ended.wall / 1e3 - truth.moves) <= TOLERANCE, `end off by ${stall.ended.wall / 1e3 - truth.moves} ms`);
    assert.deepEqual(stall.not_observed, ['worker']);
    assert.deepEqual(stall.blocking, []);
    assert.equal(stall.cause, 'undetermined');
    assert.equal(stall.zones.length, 7, 'nobody is blamed');
    assert.deepEqual(stall.cleared, []);
  } finally {
    await session.close();
  }
});
