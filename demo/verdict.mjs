// Compares what Whystall says of a stall with what really happened.

import { presentationOffset } from './manifest.mjs';

/**
 * @typedef {object} Truth what really happened, from the server, the player and the page's own frame record
 * @property {'video'|'audio'|'muxed'} track
 * @property {number} number of the media segment
 * @property {Held[]} held what it holds, in the player's timeline
 * @property {string} host
 * @property {string|null} fault
 * @property {number} requested milliseconds since the epoch, as all times here
 * @property {number} firstByte
 * @property {number} lastByte
 * @property {{began: number, ended: number}} seen the gap between frames
 * @typedef {{ track: 'video'|'audio', start: number, end: number }} Held seconds
 */

/** Players compute in floating point, Whystall in whole microseconds: they agree within this, seconds. */
const ROUNDING = 0.001;

/**
 * What each media segment holds. hls.js moves the media to where its playlist says and tells where it is now; in DASH
 * the file itself says, counted from the presentation's offset.
 * @param {import('./stream.mjs').Stream} stream
 * @param {{track: string, number: number, start: number, end: number}[]} segments as the player named them
 * @returns {(served: import('./server.mjs').Served) => Held[]}
 */
export function contents(player, stream, segments) {
  if (player.startsWith('hls')) return ({ number, track }) => segments.filter((segment) => segment.number === number && (track === 'muxed' || segment.track === track));
  return ({ representation, number, track }) => {
    const of = stream.representations[representation];
    const { start, end } = of.segments[number];
    const offset = presentationOffset(of);
    return [{ track, start: start - offset, end: end - offset }];
  };
}

/**
 * The media segment whose arrival ended this gap.
 * @param {{began: number, ended: number}} gap between frames
 * @param {{began: number, ended: number}[]} stops when `currentTime` stood still
 * @param {import('./server.mjs').Served[]} log
 * @param {ReturnType<typeof contents>} contents
 * @returns {Truth | undefined}
 */
export function truthOf(gap, stops, log, contents, host) {
  const during = ({ lastByte }) => lastByte && lastByte > gap.began - SLACK && lastByte < gap.ended + SLACK;
  const arrived = log.filter((served) => served.fault && served.status === 200 && during(served));
  const served = arrived.sort((a, b) => b.lastByte - a.lastByte)[0];
  const held = served && contents(served);
  if (!held?.length) return undefined;
  // Frames are more exact than `currentTime`, unless sound went on without them.
  const stopped = stops.findLast(({ began, ended }) => began < gap.ended && ended > gap.began)?.began ?? gap.began;
  const began = stopped - gap.began > SOUND_ALONE ? stopped : gap.began;
  return { ...served, host, held, seen: { began, ended: gap.ended } };
}

/** `currentTime` going on this much longer than the frames is sound without pictures, milliseconds. */
const SOUND_ALONE = 500;

/** The server's log and the page's frames are written by two processes: milliseconds between their clocks. */
const SLACK = 20;

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
  // A track is waited for once; of two in one media segment, both may be.
  const tracks = stall.blocking.map(({ track }) => track);
  check('tracks waited for', tracks.join(), [...new Set(tracks)].join(), tracks.length > 0 && new Set(tracks).size === tracks.length);
  for (const blocking of stall.blocking) {
    const { start, end } = blocking.range;
    const held = truth.held.find(({ track }) => track === blocking.track);
    check('track', blocking.track, truth.track, held !== undefined);
    if (!held) continue;
    const same = Math.abs(start / 1e6 - held.start) <= ROUNDING && Math.abs(end / 1e6 - held.end) <= ROUNDING;
    check(`range of ${held.track}`, `${start / 1e6}–${end / 1e6}`, `${held.start}–${held.end}`, same);
    check('host', blocking.host, truth.host);
    check('arrived', blocking.arrived, true);
  }
  check('cause', stall.cause, CAUSES[truth.fault]);
  const { began, ended } = errors(stall, truth);
  check('begin, ms from the last frame', began, 0, Math.abs(began) <= tolerance);
  check('end, ms from the next frame', ended, 0, Math.abs(ended) <= tolerance);
  return wrong;
}

/** How far its begin and end are from what the page saw, in milliseconds. */
export function errors(stall, truth) {
  return {
    began: stall.began.wall / 1e3 - truth.seen.began,
    ended: (stall.ended?.wall ?? Infinity) / 1e3 - truth.seen.ended,
  };
}

/** The cause that each fault of the server is. */
const CAUSES = {
  withheld: 'slow-response',
  'slow-first-byte': 'slow-response',
  'slow-body': 'slow-transfer',
  unavailable: 'http-error',
  'not-yet-published': 'not-yet-published',
};
