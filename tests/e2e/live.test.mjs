// A live stream that stops being published for a while, and one whose playlist is held back: two stalls that look alike
// to a viewer, and are told apart.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { overlaps } from '../../demo/verdict.mjs';
import { browserName, play, until } from './playback.mjs';

/** Media segments in the window at first and at most, each of two seconds. hls.js plays three from the end. */
const WINDOW = 6;
const SEGMENT = 2000;
/** Nothing new for so long after this many media segments more, milliseconds: more than the player has in hand. */
const PAUSE = 15_000;
const AFTER = 5;
/** The playlist of the pictures is held back this long. Below hls.js's own limit of ten seconds. */
const HELD = 9500;

describe(`live in ${browserName}`, () => {
  test('nothing newer is published', async () => {
    const stall = await firstStall(() => sliding({ pause: PAUSE }));
    assert.equal(stall.cause, 'not-yet-published');
    assert.deepEqual(stall.zones, ['edge', 'origin']);
    const { values } = stall.findings.find(({ id }) => id === 'not-named-yet');
    assert.equal(values.target.micros, SEGMENT * 1000);
    // The player looks every second or two.
    const gap = values.gap.micros / 1000;
    assert.ok(gap > PAUSE && gap < PAUSE + 2 * SEGMENT + 2000, `nothing new for ${gap} ms`);
  });

  test('the playlist is late', async () => {
    const stall = await firstStall(() => {
      const window = sliding({});
      let held = false;
      return async (path, text) => {
        if (window.published() >= WINDOW + AFTER && path.includes('p/') && !held) {
          held = true;
          const since = performance.now();
          await until(() => performance.now() - since > HELD, 'the playlist is held back', HELD + 5000);
        }
        return window(path, text);
      };
    });
    assert.equal(stall.cause, 'manifest-late');
    assert.deepEqual(stall.zones, ['home', 'access', 'interconnect', 'edge', 'origin']);
    assert.ok(stall.findings.find(({ id }) => id === 'playlist-late').values.waited.micros > 1e6);
  });
});

/** Plays live until something stalled, and gives that. */
async function firstStall(server) {
  const session = await play({ playlist: server(), query: { level: '0', buffer: '12' } });
  try {
    const gap = await session.standstill(80_000);
    const stalls = await session.verdicts(1);
    const stall = stalls.find((stall) => overlaps(gap, stall));
    assert.ok(stall, `none of ${stalls.length} is the stall at ${gap.mediaBegan} s`);
    return stall;
  } finally {
    await session.close();
  }
}

/** The playlists of the film as a window that slides over it, from when it is first asked for. */
function sliding({ pause = 0 }) {
  let start = 0;
  const published = () => {
    const steps = Math.floor((performance.now() - start) / SEGMENT);
    const paused = Math.floor(pause / SEGMENT);
    return WINDOW + (steps <= AFTER ? steps : Math.max(AFTER, steps - paused));
  };
  const playlist = (path, text) => {
    start ||= performance.now();
    if (!text.includes('#EXTINF')) return text;
    const lines = text.split('\n').filter((line) => !/^#EXT-X-(MEDIA-SEQUENCE|ENDLIST|PLAYLIST-TYPE)/.test(line));
    const first = lines.findIndex((line) => line.startsWith('#EXTINF'));
    const segments = lines.slice(first).filter(Boolean).join('\n').split(/\n(?=#EXTINF)/);
    const end = published();
    const from = Math.max(0, end - WINDOW);
    return [...lines.slice(0, first), `#EXT-X-MEDIA-SEQUENCE:${from}`, ...segments.slice(from, end), ''].join('\n');
  };
  return Object.assign(playlist, { published });
}
