// Compares what Whystall says of a stall with what really happened.

/**
 * @typedef {object} Truth what really happened, from the server, the player and the page's own frame record
 * @property {'video'|'audio'} track
 * @property {number} number of the media segment
 * @property {{start: number, end: number}} range what it holds, in seconds, as hls.js appended it
 * @property {string} host
 * @property {string|null} fault
 * @property {number} requested milliseconds since the epoch, as all times here
 * @property {number} firstByte
 * @property {number} lastByte
 * @property {{began: number, ended: number}} seen the gap between frames
 */

/** hls.js computes in floating point, Whystall in whole microseconds: they agree within this, seconds. */
const ROUNDING = 0.001;

/**
 * The media segment whose arrival ended this gap.
 * @param {import('./server.mjs').Served[]} log
 * @param {{track: string, number: number, start: number, end: number}[]} segments
 * @returns {Truth | undefined}
 */
export function truthOf(gap, log, segments, host) {
  const arrived = log.filter((served) => served.fault && served.lastByte && served.lastByte > gap.began - SLACK && served.lastByte < gap.ended + SLACK);
  const served = arrived.sort((a, b) => b.lastByte - a.lastByte)[0];
  const segment = served && segments.find(({ track, number }) => track === served.track && number === served.number);
  if (!segment) return undefined;
  return { ...served, host, range: { start: segment.start, end: segment.end }, seen: { began: gap.began, ended: gap.ended } };
}

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
  check('media segments waited for', stall.blocking.length, 1);
  const [blocking] = stall.blocking;
  if (blocking) {
    const { start, end } = blocking.range;
    const same = Math.abs(start / 1e6 - truth.range.start) <= ROUNDING && Math.abs(end / 1e6 - truth.range.end) <= ROUNDING;
    check('track', blocking.track, truth.track);
    check('media range', `${start / 1e6}–${end / 1e6}`, `${truth.range.start}–${truth.range.end}`, same);
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
const CAUSES = { withheld: 'slow-response', 'slow-first-byte': 'slow-response', 'slow-body': 'slow-transfer' };
