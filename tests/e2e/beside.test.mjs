// Players side by side, and sound alone: each stall is its own element's.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { invented, overlaps } from '../../demo/verdict.mjs';
import { openService } from '../../demo/service.mjs';
import { browserName, demoStream, play } from './playback.mjs';

const pages = [fileURLToPath(new URL('pages', import.meta.url))];

/** How long an answer is held back, milliseconds: the players keep six seconds ahead. */
const HELD_BACK = 9500;
/** How far begin and end may be from what the page saw, milliseconds. */
const DATED = 300;
const PATH = ['home', 'access', 'interconnect', 'edge', 'origin'];

/** Plays with these media segments held back, `[who, number]`, and gives what was seen and said. */
async function played({ query, late, until, stalls: expected }) {
  const stream = await demoStream();
  const holds = ({ who, of, from }) => late.some(([whom, what, number]) => whom === who && of[0] === what && number === from);
  const service = await openService(stream, { late: (answer) => (holds(answer) ? HELD_BACK : 0) });
  const session = await play({ file: '/shapes.html', pages, query: { service: service.url, ...query } });
  try {
    await session.reaches(until);
    const records = await session.page.evaluate(() => demo.records);
    const stalls = await session.verdicts(expected);
    // What was on when the test ended the playback has not been played to its end.
    return { stream, service, records, stalls: stalls.filter(({ ending }) => ending === 'resumed') };
  } finally {
    await session.close();
    await service.close();
  }
}

const long = (stops) => stops.filter(({ began, ended }) => ended - began >= 1000);

/** The stall is this stop, of this media segment. */
function isOf(stall, stop, { track, range, host }) {
  const { kind, cause, zones } = stall;
  assert.deepEqual({ kind, cause, zones }, { kind: 'starved', cause: 'slow-response', zones: PATH });
  const [began, ended] = [stall.began.wall / 1e3 - stop.began, stall.ended.wall / 1e3 - stop.ended];
  assert.ok(Math.abs(began) <= DATED && Math.abs(ended) <= DATED, `begin off by ${began} ms, end by ${ended} ms`);
  assert.deepEqual(stall.blocking.map(({ track }) => track), [track]);
  const [named] = stall.blocking;
  assert.ok(Math.abs(named.range.start / 1e6 - range.start) < 0.01, `named ${named.range.start / 1e6} s, really ${range.start} s`);
  assert.deepEqual([named.host, named.join], [host, 'size']);
}

describe(`side by side in ${browserName}`, () => {
  test('two videos, of which now one stalls and then the other', async () => {
    // Both play the same media segments, so that no size tells whose a request is.
    const late = [['a', '540p', 4], ['b', '540p', 8]];
    const { stream, service, records, stalls } = await played({ query: { players: '2', of: '540p' }, late, until: 20, stalls: 2 });
    const stops = records.map(({ stops }) => long(stops));
    assert.deepEqual(stops.map(({ length }) => length), [1, 1], 'each video stalled once');
    const found = `found: ${stalls.map(({ cause, began, duration }) => `${cause} at ${began.media / 1e6} s for ${duration / 1e6} s`)}`;
    assert.equal(stalls.filter(({ duration }) => duration >= 1e6).length, 2, found);
    // A machine with other things to do may stop one for a moment.
    assert.deepEqual(invented(records.flatMap(({ stops }) => stops), stalls), [], found);
    for (const [i, [, , number]] of late.entries()) {
      const [stop] = stops[i];
      const stall = stalls.find((stall) => overlaps(stop, stall) && Math.abs(stall.began.wall / 1e3 - stop.began) < 1000);
      assert.ok(stall, `the stall of video ${i}`);
      isOf(stall, stop, { track: 'video', range: stream.representations['540p'].segments[number], host: service.host });
    }
  });

  test('sound alone', async () => {
    const { stream, service, records, stalls } = await played({ query: { element: 'audio', of: 'sound' }, late: [['a', 'sound', 4]], until: 14, stalls: 1 });
    const [stop, ...more] = long(records[0].stops);
    assert.deepEqual(more, []);
    assert.equal(stalls.length, 1);
    isOf(stalls[0], stop, { track: 'audio', range: stream.representations.sound.segments[4], host: service.host });
  });
});
