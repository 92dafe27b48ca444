// @ts-check
// The records of the history, and whether they are such: a disk, or a hand, may have spoilt what is kept.

export const HOUR = 3_600_000;
/** What is counted of what was watched. @type {(keyof Watched)[]} */
export const COUNTS = ['played', 'reduced', 'starts', 'startUp'];
/** The zones in path order: the bits of a set (src/history/). */
export const ZONES = ['device', 'player', 'home', 'access', 'interconnect', 'edge', 'origin'];

/**
 * @typedef {{ site: string, network: string }} Place the host of the page, and the id of the viewer's network (networks.js)
 * @typedef {{ played: number, reduced: number, starts: number, startUp: number }} Watched
 * @typedef {Place & Watched & { hour: number, sets: [number, number, number][] }} Hour
 *
 * A stall: `began` in ms since the epoch; `duration` and `position` in µs; `kept`: when its evidence was stored, absent
 * where there is none; `cut`: page or browser were closed in the middle of it.
 * @typedef {Place & { id: string, began: number, duration: number, position: number, kind: string, cause: string,
 *   zones: string[], byZone: Record<string, number>, host: string, size: number, kept?: number, cut?: true }} Row
 */

/** No calendar of a viewer's goes on for ever: what is shown is before this, ms since the epoch. */
export const BEYOND = Date.UTC(2200);
export const isCount = (/** @type {any} */ value, most = Number.MAX_SAFE_INTEGER) => Number.isSafeInteger(value) && value >= 0 && value <= most;
export const isSet = (/** @type {any} */ set) => Array.isArray(set) && isCount(set[0], 127) && isCount(set[1], 2 ** 32 - 1) && isCount(set[2]);
export const areTexts = (/** @type {any[]} */ ...values) => values.every((value) => typeof value === 'string');

/** @param {any} row @returns {row is Hour} */
export function isHour(row) {
  const { site, network, hour, sets } = row ?? {};
  return areTexts(site, network) && isCount(hour, BEYOND / HOUR) && COUNTS.every((key) => isCount(row[key], key === 'starts' ? 2 ** 32 - 1 : undefined)) &&
    Array.isArray(sets) && sets.every(isSet);
}

/** @param {any} row @returns {row is Row} */
export function isRow(row) {
  const { id, began, duration, position, kind, cause, zones, byZone, host, site, network } = row ?? {};
  return areTexts(id, kind, cause, host, site, network) && isCount(began, BEYOND) && isCount(duration) && Number.isSafeInteger(position) &&
    Array.isArray(zones) && zones.every((zone) => ZONES.includes(zone)) && typeof byZone === 'object' && byZone !== null;
}

/** The stall that a report is about. @param {string} report */
export const lastOf = (report) => JSON.parse(report).stalls.at(-1);

/** What the history keeps of a verdict (src/verdict.rs). @param {any} stall */
export function rowOf({ began, duration, kind, cause, zones, by_zone, blocking }) {
  return {
    began: Math.round(began.wall / 1000),
    position: began.media,
    duration,
    kind,
    cause,
    zones,
    byZone: Object.fromEntries(by_zone.map((/** @type {any} */ { zone, direct, believed }) => [zone, direct + believed])),
    host: blocking.find((/** @type {any} */ { host }) => host)?.host ?? '',
  };
}
