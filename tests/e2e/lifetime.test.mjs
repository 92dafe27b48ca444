// The browser stops an idle background when it likes. A stall under way must survive that.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { disagreements } from '../../demo/verdict.mjs';
import { browserName, play, until } from './playback.mjs';

/** Times may be off by this, milliseconds: the point here is that nothing is lost. */
const TOLERANCE = 250;

test(`${browserName}: stopping the background in the middle of a stall loses nothing`, async () => {
  const session = await play({
    fault: (track, number) => (track === 'video' && number === 5 ? { kind: 'withheld', silence: 9500 } : null),
  });
  const { page, browser } = session;
  try {
    const stands = () => page.evaluate(() => {
      const { video } = demo;
      return !video.paused && video.currentTime > 1 && video.readyState < 3;
    });
    await until(stands, 'the stall');
    await browser.stopBackground();
    assert.ok(await stands(), 'the stall was over before the background was stopped');
    await session.reaches(14);
    const record = await session.record();
    const stalls = await session.verdicts(1);
    assert.equal(stalls.length, 1);
    const truth = session.truths(record).find(({ seen: { began, ended } }) => ended - began > 1000);
    assert.ok(truth, 'the page saw a stall');
    assert.deepEqual(disagreements(stalls[0], truth, TOLERANCE), []);
  } finally {
    await session.close();
  }
});
