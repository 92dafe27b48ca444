// Low latency: hardly more than a second in hand, media that comes in parts, playlists that the server holds back until it
// has something new.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch } from '../../demo/browsers.mjs';
import { overlaps } from '../../demo/verdict.mjs';
import { PART, serveLowLatency } from './low-latency.mjs';
import { assertTimes, browserName, play } from './playback.mjs';

const cache = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../target');

const PATH_AND_SERVER = ['home', 'access', 'interconnect', 'edge', 'origin'];

/** The part that is late, some five seconds into the playback. */
const LATE = 36;
const LASTS = 5000;

describe(`low latency in ${browserName}`, () => {
  let shared;
  before(async () => (shared = await launch(browserName)));
  after(() => shared.close());

  /** Plays with this fault until something stalled, and gives that, what the page saw of it, and what the server did. */
  async function stalled(faults) {
    const stream = await serveLowLatency(cache, faults);
    let session;
    try {
      session = await play({ shared, query: { stream: stream.url, level: '0' } });
      const gap = await session.standstill();
      const stalls = (await session.verdicts(1)).filter((stall) => overlaps(gap, stall));
      assert.equal(stalls.length, 1);
      return { gap, stall: stalls[0], log: stream.log };
    } finally {
      await session?.close();
      await stream.close();
    }
  }

  test('a part is withheld', async () => {
    const { gap, stall, log } = await stalled({ withheld: { part: LATE, silence: LASTS } });
    assert.deepEqual([stall.cause, stall.zones], ['slow-response', PATH_AND_SERVER]);
    assertTimes(stall, gap);
    assert.equal(stall.blocking[0].range.start / 1e3, LATE * PART);
    assert.ok(log.find(({ part }) => part === LATE));
  });

  test('no new part is published', async () => {
    const { gap, stall } = await stalled({ unpublished: { part: LATE, pause: LASTS } });
    assertTimes(stall, gap);
    // A broken way would look the same: the server answers only when it has something new.
    assert.deepEqual([stall.cause, stall.zones], ['manifest-late', PATH_AND_SERVER]);
    assert.ok(stall.findings.some(({ id }) => id === 'playlist-held-back'));
  });
});
