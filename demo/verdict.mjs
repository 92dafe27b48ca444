// Compares what Whystall says of a stall with what really happened.

import { presentationOffset } from './manifest.mjs';

/**
 * @typedef {object} Waited a media segment that playback waited for
 * @property {'video'|'audio'|'muxed'} track
 * @property {number} number of the media segment
 * @property {Held[]} held what it holds, in the player's timeline
 * @property {{start: number, end: number}} range of the first of them
 * @property {string|null} fault
 * @property {number} requested milliseconds since the epoch, as all times here
 * @property {number} firstByte
 * @property {number} lastByte
 *
 * @typedef {object} Truth what really happened, from the server, the player and the page's own frame record
 * @property {Waited[]} waited in order: the one playback ran dry on, and what it waited for after that
 * @property {string} host
 * @property {{began: number, ended: number}} seen the gap between frames
 * @typedef {{ track: 'video'|'audio', start: number, end: number }} Held seconds
 */

/** hls.js computes in floating point; Shaka moves what it appends by a millisecond (measured). They agree within this, seconds. */
const ROUNDING = 0.002;

/**
 * What each media segment holds. hls.js moves the media to where its playlist says and tells where it is now; in DASH
 * the file itself says, counted from the presentation's offset.
 * @param {import('./stream.mjs').Stream} stream
 * @param {{track: string, number: number, start: number, end: number}[]} segments as the player named them
 * @returns {(served: import('./server.mjs').Served) => Held[]}
 */
export function contents(player, stream, segments) {
  if (player.startsWith('hls')) {
    return ({ number, track }) => segments.filter((segment) => segment.number === number && (track === 'muxed' || segment.track === track));
  }
  return ({ representation, number, track }) => {
    const of = stream.representations[representation];
    const { start, end } = of.segments[number];
    const offset = presentationOffset(of);
    return [{ track, start: start - offset, end: end - offset }];
  };
}

/**
 * The media segments kept back by the server that came during this gap.
 * @param {{began: number, ended: number, mediaBegan: number}} gap between frames
 * @param {{began: number, ended: number}[]} stops when `currentTime` stood still
 * @param {import('./server.mjs').Served[]} log
 * @param {ReturnType<typeof contents>} contents
 * @returns {Truth | undefined}
 */
export function truthOf(gap, stops, log, contents, host) {
  const during = ({ lastByte }) => lastByte && lastByte > gap.began - SLACK && lastByte < gap.ended + SLACK;
  const came = log.filter((served) => served.fault && served.status === 200 && during(served));
  const waited = [];
  for (const served of came.sort((a, b) => a.lastByte - b.lastByte)) {
    // One that came in the last moment before the gap is not what was missing.
    const held = contents(served).filter(({ end }) => end >= gap.mediaBegan + FRAMES);
    if (held.length === 0) continue;
    const before = waited.at(-1);
    if (before && served.lastByte - before.lastByte < GOES_ON) {
      // Either track can have been what held the other up.
      if (!before.held.some(({ track }) => track === held[0].track)) before.held.push(...held);
      continue;
    }
    waited.push({ ...served, held, range: { start: held[0].start, end: held[0].end } });
  }
  if (waited.length === 0) return undefined;
  // Frames are more exact than `currentTime`, unless sound went on without them.
  const within = stops.filter(({ began, ended }) => began < gap.ended && ended > gap.began);
  // A busy machine stands again for a moment before the next frame: the longest is the one.
  const [stop] = within.sort((a, b) => b.ended - b.began - (a.ended - a.began));
  const began = stop && stop.began - gap.began > SOUND_ALONE ? stop.began : gap.began;
  return { waited, host, seen: { began, ended: gap.ended } };
}

/** `currentTime` going on this much longer than the frames is sound without pictures, milliseconds. */
const SOUND_ALONE = 500;

/** Media that may be left when playback stops, seconds: some frames. */
const FRAMES = 0.3;

/** With the next media segment this soon, milliseconds, playback would have gone on anyway. */
const GOES_ON = 300;

/** The server's log and the page's frames are written by two processes, each with a clock of its own since it began: milliseconds
 * that may be between them where the machine's clock is corrected meanwhile. Media segments are further apart. */
const SLACK = 100;

/**
 * In which points the verdict is wrong; empty when it is right.
 * @param {Truth} truth
 * @param {number} tolerance of its times, milliseconds
 */
export function disagreements(stall, truth, tolerance) {
  const wrong = [];
  const check = (what, said, really, equal = said === really) => {
    if (!equal) wrong.push(`${what}: Whystall says ${said}, really ${really}`);
  };
  check('kind', stall.kind, 'starved');
  const really = truth.waited.flatMap(({ held }, i) => held.map((one) => ({ ...one, of: i })));
  const said = stall.blocking.map(({ track, range }) => really.find((one) => one.track === track && same(range, one))?.of);
  // Of what came in one media segment for two tracks, one or both may have been waited for.
  const all = truth.waited.every((_, i) => said.includes(i)) && !said.includes(undefined) && said.length <= really.length;
  check('media segments waited for', stall.blocking.map(words).join(), really.map((range) => words({ track: range.track, range: { start: 1e6 * range.start, end: 1e6 * range.end } })).join(), all);
  for (const { host, arrived } of stall.blocking) {
    check('host', host, truth.host);
    check('arrived', arrived, true);
  }
  check('cause', stall.cause, CAUSES[truth.waited[0].fault]);
  const { began, ended } = errors(stall, truth);
  check('begin, ms from the last frame', began, 0, Math.abs(began) <= tolerance);
  check('end, ms from the next frame', ended, 0, Math.abs(ended) <= tolerance);
  return wrong;
}

const same = (range, held) => Math.abs(range.start / 1e6 - held.start) <= ROUNDING && Math.abs(range.end / 1e6 - held.end) <= ROUNDING;

const words = ({ track, range: { start, end } }) => `${track} ${start}–${end}`;

/** How far its begin and end are from what the page saw, in milliseconds. */
export function errors(stall, truth) {
  return {
    began: stall.began.wall / 1e3 - truth.seen.began,
    ended: (stall.ended?.wall ?? Infinity) / 1e3 - truth.seen.ended,
  };
}

/** The stall and the gap between frames are, at least in part, of the same time. */
export const overlaps = (gap, stall) =>
  stall.began.wall / 1e3 < gap.ended && (stall.ended?.wall ?? Infinity) / 1e3 > gap.began;

/** Gaps that were not found once. */
export const missed = (gaps, stalls) => gaps.filter((gap) => stalls.filter((stall) => overlaps(gap, stall)).length !== 1);

/** Stalls without a gap. What was under way when the playback was broken off has not ended, and is no gap yet. */
export const invented = (gaps, stalls) =>
  stalls.filter((stall) => stall.ending === 'resumed' && !gaps.some((gap) => overlaps(gap, stall)));

/** The cause that each fault of the server is. */
const CAUSES = {
  withheld: 'slow-response',
  'slow-first-byte': 'slow-response',
  'slow-body': 'slow-transfer',
  'cache-miss': 'cache-miss',
  'edge-slow': 'edge-slow',
  unavailable: 'http-error',
  'not-yet-published': 'not-yet-published',
};
