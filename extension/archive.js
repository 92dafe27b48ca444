// @ts-check
// The history as files: JSON that can be read in again, CSV for spreadsheets. What is read in is checked as if a stranger
// had written it.

import { isMark } from './marks.js';
import { BEYOND, HOUR, ZONES, lastOf, rowOf } from './records.js';

const FORMAT = 'whystall-history';
/** Version 1 had neither marks nor networks. */
const VERSION = 2;
/** Most characters of a file that is read in, most rows of a kind, longest name. */
export const IMPORT_LIMIT = 300e6;
const ROW_LIMIT = 500_000;
const NAME_LIMIT = 260;
/** Evidence without a date counts from 1970; what has one is from here on (src/time.rs). */
const DATED = Date.UTC(2000);
/** Whole numbers up to here are exact. */
const MOST = Number.MAX_SAFE_INTEGER;

/**
 * Told how much of it is done; may want to be awaited, and throws if it is to end.
 * @typedef {(done: number, all: number) => Promise<void> | void} Step
 */

/**
 * The file's parts: all in one text may be more than a browser lets a text be.
 * @typedef {{ id: string, name: string }} Network
 * @param {Awaited<ReturnType<typeof import('./history.js').everything>> & { marks?: import('./marks.js').Mark[], networks?: Network[] }} all
 * @param {Step} [step]
 */
export async function toJson({ hours, stalls, bundles, marks = [], networks = [] }, step = () => {}) {
  const lists = { marks, networks: networks.map(({ id, name }) => ({ id, name })), hours, stalls, bundles };
  const all = Object.values(lists).reduce((sum, { length }) => sum + length, 0);
  const parts = [`{"format":"${FORMAT}","version":${VERSION}`];
  let done = 0;
  for (const [name, rows] of Object.entries(lists)) {
    parts.push(`,"${name}":[`);
    for (const [index, row] of rows.entries()) {
      await step(done++, all);
      parts.push(index === 0 ? '\n' : ',\n', JSON.stringify(row));
    }
    parts.push(']');
  }
  return [...parts, '}\n'];
}

const COLUMNS = [
  'began', 'duration_s', 'site', 'media_host', 'network', 'kind', 'cause', 'zones', 'position_s', 'cut_short', 'evidence',
];

/** A line a stall (RFC 4180), oldest first. @param {import('./records.js').Row[]} stalls @param {Map<string, string>} [networks] their names */
export function toCsv(stalls, networks = new Map()) {
  const quoted = (/** @type {string | number} */ value) => `"${String(value).replaceAll('"', '""')}"`;
  const line = (/** @type {(string | number)[]} */ values) => `${values.map(quoted).join(',')}\r\n`;
  const rows = stalls.toSorted((a, b) => a.began - b.began).map((row) => [
    new Date(row.began).toISOString(), row.duration / 1e6, row.site, row.host, networks.get(row.network) || row.network, row.kind, row.cause,
    row.zones.join(' '), row.position / 1e6, row.cut ? 'yes' : 'no', row.kept === undefined ? '' : row.id,
  ]);
  return [line(COLUMNS), ...rows.map(line)];
}

/** Why a file is not read in: `large`, `cut` (no whole JSON), `none` (no history), `newer`, `row` (one that can't be). */
export class ImportError extends Error {
  /** @param {'large' | 'cut' | 'none' | 'newer' | 'row'} kind @param {string} [what] */
  constructor(kind, what = kind) {
    super(what);
    this.kind = kind;
  }
}

/**
 * Reads such a file. Throws `ImportError` if it is none.
 * @param {string} text
 * @param {(bundle: string) => Promise<{ id: string, report: string }>} verify throws if it isn't whole
 * @param {Step} [step]
 * Of what comes of it, `refused` counts bundles that aren't what they say, `undated` rows that no date can be shown of.
 */
export async function fromJson(text, verify, step = () => {}) {
  if (text.length > IMPORT_LIMIT) throw new ImportError('large');
  let file;
  try {
    file = JSON.parse(text);
  } catch (error) {
    throw new ImportError(text.startsWith('{"format":') ? 'cut' : 'none', String(error));
  }
  if (file?.format !== FORMAT || !(file.version > 0)) throw new ImportError('none');
  if (file.version > VERSION) throw new ImportError('newer');
  const hours = rowsOf(file.hours).map((row) => hour(row ?? {}));
  const stalls = rowsOf(file.stalls).map((row) => stall(row ?? {}));
  const marks = rowsOf(file.marks).map(mark);
  const networks = rowsOf(file.networks).map((row) => row ?? {}).map(({ id, name: called }) => ({ id: name(id), name: name(called) }));
  const known = new Map(stalls.map((row) => [row.id, row]));
  const bundles = [];
  let refused = 0;
  const entries = rowsOf(file.bundles);
  for (const [index, entry] of entries.entries()) {
    await step(index, entries.length);
    const bundle = typeof entry?.bundle === 'string' ? entry.bundle : '';
    const verified = await verify(bundle).catch(() => null);
    const row = verified?.id === entry?.id && known.get(entry?.id);
    if (verified && row) {
      // The row says what the evidence says.
      Object.assign(row, rowOf(lastOf(verified.report)));
      bundles.push({ id: row.id, bundle });
    } else {
      refused += 1;
    }
  }
  const dated = { hours: hours.filter(({ hour }) => isDated(hour * HOUR)), stalls: stalls.filter(({ began }) => isDated(began)) };
  const undated = hours.length + stalls.length - dated.hours.length - dated.stalls.length;
  return { ...dated, bundles: bundles.filter(({ id }) => isDated(known.get(id)?.began ?? 0)), refused, undated, marks, networks };
}

/** @param {number} at ms since the epoch */
const isDated = (at) => at >= DATED && at < BEYOND;

/** @param {any} rows @returns {any[]} */
function rowsOf(rows = []) {
  if (!Array.isArray(rows) || rows.length > ROW_LIMIT) throw new ImportError('row', 'no list, or one too long');
  return rows;
}

/** @param {any} row @returns {import('./records.js').Hour} */
function hour({ site, network, hour, played, reduced, starts, startUp, sets } = {}) {
  // Of the stalls in it the rows of the stalls tell; they are counted anew.
  if (!Array.isArray(sets)) throw new ImportError('row', 'no sums');
  return {
    site: name(site), network: name(network), hour: whole(hour), played: whole(played), reduced: whole(reduced),
    starts: whole(starts, 0, 2 ** 32 - 1), startUp: whole(startUp), sets: [],
  };
}

/** @param {any} row @returns {import('./records.js').Row} */
function stall({ id, began, duration, position, kind, cause, zones, byZone, host, site, network, cut } = {}) {
  if (!Array.isArray(zones) || zones.some((zone) => !ZONES.includes(zone))) throw new ImportError('row', 'unknown zones');
  if (typeof id !== 'string' || !/^[\w-]{8,128}$/.test(id)) throw new ImportError('row', 'no id');
  return {
    id,
    began: whole(began),
    duration: whole(duration),
    position: whole(position, -MOST),
    kind: word(kind),
    cause: word(cause),
    zones: ZONES.filter((zone) => zones.includes(zone)),
    byZone: Object.fromEntries(ZONES.filter((zone) => byZone?.[zone] !== undefined).map((zone) => [zone, whole(byZone[zone])])),
    host: name(host),
    site: name(site),
    network: name(network),
    size: 0,
    ...(cut && { cut: true }),
  };
}

/** @param {any} row @returns {Omit<import('./marks.js').Mark, 'id'>} */
function mark(row) {
  if (!isMark(row) || /\p{C}/u.test(row.note)) throw new ImportError('row', 'not a mark');
  return { day: row.day, kind: row.kind, note: row.note };
}

/** @param {any} value @param {number} [least] @param {number} [most] */
function whole(value, least = 0, most = MOST) {
  if (!Number.isSafeInteger(value) || value < least || value > most) throw new ImportError('row', 'not a whole number');
  return value;
}

/** @param {any} value */
function name(value) {
  // As hosts are, and as networks may be called.
  if (typeof value !== 'string' || value.length > NAME_LIMIT || /[\p{C}<>/?#@"]/u.test(value)) throw new ImportError('row', 'not a name');
  return value;
}

/** @param {any} value */
function word(value) {
  if (typeof value !== 'string' || !/^[a-z][a-z-]{0,40}$/.test(value)) throw new ImportError('row', 'not an id');
  return value;
}
