// Compares what Whystall says of a stall with what really happened.

/**
 * @typedef {object} Waited a media segment that playback waited for
 * @property {'video'|'audio'} track
 * @property {number} number of the media segment
 * @property {{start: number, end: number}} range what it holds, in seconds, as the player appended it
 * @property {string|null} fault
 * @property {number} requested milliseconds since the epoch, as all times here
 * @property {number} firstByte
 * @property {number} lastByte
 *
 * @typedef {object} Truth what really happened, from the server, the player and the page's own frame record
 * @property {Waited[]} waited in order: the one playback ran dry on, and what it waited for after that
 * @property {string} host
 * @property {{began: number, ended: number}} seen the gap between frames
 */

/** hls.js computes in floating point, Whystall in whole microseconds: they agree within this, seconds. */
const ROUNDING = 0.001;

/**
 * The media segments kept back by the server that came during this gap.
 * @param {import('./server.mjs').Served[]} log
 * @param {{track: string, number: number, start: number, end: number}[]} segments
 * @returns {Truth | undefined}
 */
export function truthOf(gap, log, segments, host) {
  const came = log.filter(({ fault, lastByte }) => fault && lastByte && lastByte > gap.began - SLACK && lastByte < gap.ended + SLACK);
  const waited = [];
  for (const served of came.sort((a, b) => a.lastByte - b.lastByte)) {
    const segment = segments.find(({ track, number }) => track === served.track && number === served.number);
    // One that came in the last moment before the gap is not what was missing.
    if (!segment || segment.end < gap.mediaBegan + FRAMES) continue;
    const before = waited.at(-1);
    if (before && served.lastByte - before.lastByte < GOES_ON) continue;
    waited.push({ ...served, range: { start: segment.start, end: segment.end } });
  }
  return waited.length === 0 ? undefined : { waited, host, seen: { began: gap.began, ended: gap.ended } };
}

/** Media that may be left when playback stops, seconds: some frames. */
const FRAMES = 0.3;

/** With the next media segment this soon, milliseconds, playback would have gone on anyway. */
const GOES_ON = 300;

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
  check('media segments waited for', stall.blocking.map(seconds).join(), truth.waited.map(({ range }) => `${range.start}–${range.end}`).join(),
    stall.blocking.length === truth.waited.length);
  for (const [i, { track, range, host, arrived }] of stall.blocking.entries()) {
    const really = truth.waited[i];
    if (!really) break;
    const same = Math.abs(range.start / 1e6 - really.range.start) <= ROUNDING && Math.abs(range.end / 1e6 - really.range.end) <= ROUNDING;
    check('track', track, really.track);
    check('media range', seconds({ range }), `${really.range.start}–${really.range.end}`, same);
    check('host', host, truth.host);
    check('arrived', arrived, true);
  }
  check('cause', stall.cause, CAUSES[truth.waited[0].fault]);
  const { began, ended } = errors(stall, truth);
  check('begin, ms from the last frame', began, 0, Math.abs(began) <= tolerance);
  check('end, ms from the next frame', ended, 0, Math.abs(ended) <= tolerance);
  return wrong;
}

const seconds = ({ range }) => `${range.start / 1e6}–${range.end / 1e6}`;

/** How far its begin and end are from what the page saw, in milliseconds. */
export function errors(stall, truth) {
  return {
    began: stall.began.wall / 1e3 - truth.seen.began,
    ended: (stall.ended?.wall ?? Infinity) / 1e3 - truth.seen.ended,
  };
}

/** The cause that each fault of the server is. */
const CAUSES = { withheld: 'slow-response', 'slow-first-byte': 'slow-response', 'slow-body': 'slow-transfer' };
