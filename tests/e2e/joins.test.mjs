// Players whose requests and appends do not match one to one. The stall is found and explained all the same, the media
// segment is named, and the verdict says how sure it is of the request that brought it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { overlaps } from '../../demo/verdict.mjs';
import { openService } from '../../demo/service.mjs';
import { browserName, demoStream, play } from './playback.mjs';

const pages = [fileURLToPath(new URL('pages', import.meta.url))];
const shapes = (how) => ({ file: '/shapes.html', pages, query: { how } });

/** The media segment whose answer is held back, and for how long, milliseconds: the player has six seconds and more,
 * and hls.js gives up after ten. */
const LATE = 4;
const HELD_BACK = 9500;

/** How far begin and end may be from what the page saw, milliseconds: the point here is the join. */
const DATED = 300;
/** Players and ffprobe round, seconds. */
const ROUNDING = 0.01;

/** Where data that is late on its way can be held up. */
const PATH = ['home', 'access', 'interconnect', 'edge', 'origin'];

// What one request brought is one media segment.
const CASES = [
  // A body without a length, for an address that all share: only the order of things is left.
  { name: 'pieces of several media segments of both tracks in one answer', how: shapes('post'), joins: ['order'] },
  { name: 'byte ranges of one file, by hls.js', how: {}, hls: true, joins: ['size'] },
  { name: 'bodies appended in pieces as they come', how: shapes('stream'), spread: 300, joins: ['size'] },
  { name: 'a worker fetches', how: shapes('worker'), joins: ['size'] },
  // The sound is asked for only when the pictures have come: nobody idled.
  { name: 'one request at a time for both tracks', how: shapes('turns'), joins: ['size'] },
];

describe(`joins in ${browserName}`, () => {
  for (const { name, how, hls, spread, joins } of CASES) {
    test(name, async () => {
      const stream = await demoStream();
      const holds = ({ of, from, count }) => of[0] !== 'sound' && from <= LATE && LATE < from + count;
      const service = await openService(stream, { spread, late: (answer) => (holds(answer) ? HELD_BACK : 0) });
      const address = hls ? { stream: `${service.url}/master.m3u8`, level: '0' } : { service: service.url };
      const session = await play({ ...how, query: { ...how.query, ...address } });
      try {
        await session.reaches(14);
        const record = await session.record();
        const stalls = await session.verdicts(1);
        const late = service.log.filter((answer) => answer.late);
        assert.equal(late.length, 1, 'one answer was held back');
        const gaps = record.gaps.filter(({ began, ended }) => ended - began >= 1000);
        assert.equal(gaps.length, 1, `the page saw ${gaps.length} stalls`);
        const [gap] = gaps;
        assert.ok(gap.ended > late[0].firstByte, 'the stall is of the late answer');

        assert.equal(stalls.length, 1, `found: ${stalls.map(({ cause, duration }) => `${cause} ${duration / 1e3} ms`)}`);
        const [stall] = stalls;
        assert.ok(overlaps(gap, stall));
        // Where the sound was asked for apart, and came, the way to the server is well.
        const zones = stall.findings.some(({ id }) => id === 'server-answered') ? ['edge', 'origin'] : PATH;
        assert.deepEqual({ kind: stall.kind, cause: stall.cause, zones: stall.zones }, { kind: 'starved', cause: 'slow-response', zones });
        // Chromium plays up to three seconds of sound without pictures: until then it does not stall. On a busy machine it stands for
        // a moment when the pictures end.
        const stops = record.stops.filter((stop) => stop.began < gap.ended && stop.ended > gap.began);
        const stop = stops.reduce((longest, stop) => (stop.ended - stop.began > longest.ended - longest.began ? stop : longest));
        const [began, ended] = [stall.began.wall / 1e3 - Math.max(stop.began, gap.began), stall.ended.wall / 1e3 - gap.ended];
        assert.ok(Math.abs(began) <= DATED && Math.abs(ended) <= DATED, `begin off by ${began} ms, end by ${ended} ms: ${JSON.stringify({ gap, stops, stall })}`);
        // The pictures are missing in each case; that sound is too depends on who asks for what first.
        const { range, host, join } = stall.blocking.find(({ track }) => track === 'video');
        const [last] = late.map(({ from, count }) => from + count - 1);
        const { segments } = stream.representations['540p'];
        const truth = hls ? record.segments.find(({ track, number }) => track === 'video' && number === LATE) : { start: segments[late[0].from].start, end: segments[last].end };
        const off = [range.start / 1e6 - truth.start, range.end / 1e6 - truth.end];
        assert.ok(off.every((seconds) => Math.abs(seconds) <= ROUNDING), `named ${range.start / 1e6}–${range.end / 1e6} s, really ${truth.start}–${truth.end} s`);
        assert.equal(host, service.host);
        assert.ok(joins.includes(join), `joined by ${join}`);
        assert.deepEqual(record.violations, []);
      } finally {
        await session.close();
        await service.close();
      }
    });
  }
});
