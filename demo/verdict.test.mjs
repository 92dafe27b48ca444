// The judge of the browser tests: what really happened, from the page's record and the server's log.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { truthOf } from './verdict.mjs';

const SEGMENT = { track: 'video', number: 8, start: 16, end: 18 };
const SERVED = { track: 'video', number: 8, fault: 'withheld', status: 200, requested: 94_000, firstByte: 102_000, lastByte: 102_010 };

/** When playback is said to have stopped, for a gap between frames from 98 s to 102.3 s and times when `currentTime` stood. */
function began(...stops) {
  const gap = { began: 98_000, ended: 102_300, mediaBegan: 16, mediaEnded: 16.2 };
  const standing = stops.map(([began, ended]) => ({ began, ended }));
  return truthOf(gap, standing, [SERVED], () => [SEGMENT], 'video.example').seen.began;
}

test('frames date a stall, and the position does where sound went on without them', () => {
  assert.equal(began(), 98_000);
  assert.equal(began([98_050, 102_200]), 98_000);
  assert.equal(began([100_800, 102_200]), 100_800);
  assert.equal(began([90_000, 93_000]), 98_000);
});

test('a moment for which a busy machine stands again before the next frame is not when it stopped', () => {
  assert.equal(began([98_050, 102_050], [102_100, 102_260]), 98_000);
});

test('of two that came together none is left out for the clocks', () => {
  const gap = { began: 98_000, ended: 102_030, mediaBegan: 15.96, mediaEnded: 16 };
  const sound = { ...SERVED, track: 'audio', lastByte: 102_070 };
  const contents = ({ track }) => [{ ...SEGMENT, track }];
  const { waited } = truthOf(gap, [], [SERVED, sound], contents, 'video.example');
  assert.deepEqual(waited.map(({ held }) => held.map(({ track }) => track)), [['video', 'audio']]);
});
