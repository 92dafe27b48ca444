// Compares what Whystall says of a stall with what really happened.

/**
 * @typedef {object} Truth what really happened, from the server, the player and the page's own frame record
 * @property {'video'|'audio'} track
 * @property {number} number of the media segment
 * @property {Range} range what it holds, in seconds, as hls.js appended it
 * @property {{track: string, range: Range}[]} held what hls.js had and appended only when this came: it keeps sound back
 *   until the pictures to it are there, so that both run dry
 * @property {string} host
 * @property {string|null} fault
 * @property {number} requested milliseconds since the epoch, as all times here
 * @property {number} firstByte
 * @property {number} lastByte
 * @property {{began: number, ended: number}} seen the gap between frames
 *
 * @typedef {{start: number, end: number}} Range
 */

/** hls.js computes in floating point, Whystall in whole microseconds: they agree within this, seconds. */
const ROUNDING = 0.001;

/**
 * The media segment whose arrival ended this gap.
 * @param {import('./server.mjs').Served[]} log
 * @param {{track: string, number: number, start: number, end: number, at: number}[]} segments and when hls.js had them in the
 *   buffer
 * @returns {Truth | undefined}
 */
export function truthOf(gap, log, segments, host) {
  const arrived = log.filter((served) => served.fault && served.lastByte && served.lastByte > gap.began - SLACK && served.lastByte < gap.ended + SLACK);
  const served = arrived.sort((a, b) => b.lastByte - a.lastByte)[0];
  const segment = served && segments.find(({ track, number }) => track === served.track && number === served.number);
  if (!segment) return undefined;
  const range = ({ start, end }) => ({ start, end });
  const held = segments.filter(({ track, start, end, at }) => track !== served.track && start < segment.end && end > segment.start && at > served.lastByte - SLACK);
  return {
    ...served,
    host,
    range: range(segment),
    held: held.map((other) => ({ track: other.track, range: range(other) })),
    seen: { began: gap.began, ended: gap.ended },
  };
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
  const named = stall.blocking.find(({ track }) => track === truth.track);
  check('track', stall.blocking.map(({ track }) => track).join(' and '), truth.track, named !== undefined);
  for (const blocking of stall.blocking) {
    const really = blocking === named ? [truth] : truth.held.filter(({ track }) => track === blocking.track);
    const text = ({ start, end }, unit) => `${start / unit}–${end / unit} s`;
    check(`${blocking.track} waited for`, text(blocking.range, 1e6), really.map(({ range }) => text(range, 1)).join(' or ') || 'nothing',
      really.some(({ range }) => same(blocking.range, range)));
    check('host', blocking.host, truth.host);
    check('arrived', blocking.arrived, true);
  }
  check('cause', stall.cause, CAUSES[truth.fault]);
  const { began, ended } = errors(stall, truth);
  check('begin, ms from the last frame', began, 0, Math.abs(began) <= tolerance);
  check('end, ms from the next frame', ended, 0, Math.abs(ended) <= tolerance);
  return wrong;
}

const same = (micros, seconds) =>
  Math.abs(micros.start / 1e6 - seconds.start) <= ROUNDING && Math.abs(micros.end / 1e6 - seconds.end) <= ROUNDING;

/** How far its begin and end are from what the page saw, in milliseconds. */
export function errors(stall, truth) {
  return {
    began: stall.began.wall / 1e3 - truth.seen.began,
    ended: (stall.ended?.wall ?? Infinity) / 1e3 - truth.seen.ended,
  };
}

/** The cause that each fault of the server is. */
const CAUSES = { withheld: 'slow-response', 'slow-first-byte': 'slow-response', 'slow-body': 'slow-transfer' };
