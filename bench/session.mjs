// @ts-check
// A day at the player, as facts: what probe, content script and background tell of two seconds of playing, again and
// again, with a stall now and then. The shapes are those of src/wire.rs.

/** Milliseconds since the epoch at which it begins. */
export const START = 1_700_000_000_000;
/** Seconds in a media segment. */
const SEGMENT = 2;
/** Frames a second that the browser tells of. */
const FRAMES = 25;
/** The content script looks at a playing element so often, in ms. */
const SAMPLE = 250;

/**
 * The facts of media segment after media segment, in order.
 * @param {{ heads: { video: Uint8Array, sound: Uint8Array, bytes: number }, stallEvery: number }} options
 *   `stallEvery`: media segments from one stall of a second to the next
 */
export function* playing({ heads, stallEvery }) {
  let now = START;
  const fact = (/** @type {number} */ after, /** @type {string} */ k, /** @type {any} */ rest) => ({ k, t: now + after, ...rest });
  const look = (/** @type {number} */ after, /** @type {string} */ why, /** @type {number} */ position) =>
    fact(after, 'playback', { element: 1, why, position, rate: 1, paused: false, seeking: false, ended: false, ready: why === 'waiting' ? 2 : 4, gesture: false });
  yield [
    fact(0, 'source', { source: 1, url: 'blob:https://page.example/1' }),
    fact(1, 'attached', { element: 1, url: 'blob:https://page.example/1' }),
    fact(2, 'track', { source: 1, track: 1, mime: 'video/mp4; codecs="avc1.64001f"' }),
    fact(2, 'track', { source: 1, track: 2, mime: 'audio/mp4; codecs="mp4a.40.2"' }),
    look(3, 'loadeddata', 0), look(4, 'playing', 0),
  ];
  for (let number = 0; ; number += 1) {
    const facts = [];
    const at = number * SEGMENT;
    if (number > 0 && number % stallEvery === 0) {
      facts.push(look(0, 'waiting', at));
      for (let after = SAMPLE; after < 1000; after += SAMPLE) facts.push(look(after, 'sample', at));
      now += 1000;
      facts.push(look(0, 'playing', at));
    }
    // Ahead by one media segment, so that there is something to play.
    for (const [track, head] of [[1, heads.video], [2, heads.sound]]) {
      const id = `${number}-${track}`;
      const url = `https://video.example/${id}.m4s`;
      facts.push(fact(5, 'request', { id, url }), fact(45, 'response', { id, status: 200, length: heads.bytes, cached: false }));
      facts.push(fact(95, 'completed', { id }));
      facts.push(fact(100, 'append', { track, bytes: heads.bytes, head, offset: number * SEGMENT }), fact(104, 'updated', { track, outcome: 'updateend' }));
    }
    facts.push(fact(105, 'buffered', { element: 1, spans: [Math.max(0, at - 30), at + SEGMENT] }));
    for (let frame = 0; frame < SEGMENT * FRAMES; frame += 1) {
      const after = (frame * 1000) / FRAMES;
      facts.push(fact(after, 'frame', { element: 1, position: at + frame / FRAMES }));
      if (after % SAMPLE < 1000 / FRAMES) facts.push(look(after, 'sample', at + frame / FRAMES));
    }
    facts.push(fact(1990, 'quality', { element: 1, dropped: 0, total: (number + 1) * SEGMENT * FRAMES }));
    if (number % 5 === 0) facts.push(fact(1995, 'clock', { wall: now + 1995 }));
    yield facts.sort((a, b) => a.t - b.t);
    now += SEGMENT * 1000;
  }
}
