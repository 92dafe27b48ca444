// @ts-check
// The history as files: JSON that can be read in again, CSV for spreadsheets. What is read in is checked as if a stranger
// had written it.

import { ZONES, lastOf, rowOf } from './history.js';

const FORMAT = 'whystall-history';
const VERSION = 1;
/** Most characters of a file that is read in, most rows of a kind, longest name. */
export const IMPORT_LIMIT = 300e6;
const ROW_LIMIT = 500_000;
const NAME_LIMIT = 260;
/** Whole numbers up to here are exact. */
const MOST = Number.MAX_SAFE_INTEGER;

/**
 * The file's parts: all in one text may be more than a browser lets a text be.
 * @param {Awaited<ReturnType<typeof import('./history.js').everything>>} all
 */
export function toJson({ hours, stalls, bundles }) {
  const list = (/** @type {any[]} */ rows) => rows.flatMap((row, index) => [index === 0 ? '\n' : ',\n', JSON.stringify(row)]);
  return [
    `{"format":"${FORMAT}","version":${VERSION},"hours":[`, ...list(hours),
    '],"stalls":[', ...list(stalls),
    '],"bundles":[', ...list(bundles), ']}\n',
  ];
}

const COLUMNS = [
  'began', 'duration_s', 'site', 'media_host', 'network', 'kind', 'cause', 'zones', 'position_s', 'cut_short', 'evidence',
];

/** A line a stall (RFC 4180), oldest first. @param {import('./history.js').Row[]} stalls */
export function toCsv(stalls) {
  const quoted = (/** @type {string | number} */ value) => `"${String(value).replaceAll('"', '""')}"`;
  const line = (/** @type {(string | number)[]} */ values) => `${values.map(quoted).join(',')}\r\n`;
  const rows = stalls.toSorted((a, b) => a.began - b.began).map((row) => [
    new Date(row.began).toISOString(), row.duration / 1e6, row.site, row.host, row.network, row.kind, row.cause,
    row.zones.join(' '), row.position / 1e6, row.cut ? 'yes' : 'no', row.kept === undefined ? '' : row.id,
  ]);
  return [line(COLUMNS), ...rows.map(line)];
}

/** What is not as it must be. */
export class ImportError extends Error {}

/**
 * Reads such a file. Throws `ImportError` if it is none.
 * @param {string} text
 * @param {(bundle: string) => Promise<{ id: string, report: string }>} verify throws if it isn't whole
 */
export async function fromJson(text, verify) {
  if (text.length > IMPORT_LIMIT) throw new ImportError('too large');
  let file;
  try {
    file = JSON.parse(text);
  } catch (error) {
    throw new ImportError(String(error));
  }
  if (file?.format !== FORMAT || !(file.version <= VERSION)) throw new ImportError(`not version ${VERSION} of ${FORMAT}`);
  const hours = rowsOf(file.hours).map((row) => hour(row ?? {}));
  const stalls = rowsOf(file.stalls).map((row) => stall(row ?? {}));
  const known = new Map(stalls.map((row) => [row.id, row]));
  const bundles = [];
  let refused = 0;
  for (const entry of rowsOf(file.bundles)) {
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
  return { hours, stalls, bundles, refused };
}

/** @param {any} rows @returns {any[]} */
function rowsOf(rows = []) {
  if (!Array.isArray(rows) || rows.length > ROW_LIMIT) throw new ImportError('no list, or one too long');
  return rows;
}

/** @param {any} row @returns {import('./history.js').Hour} */
function hour({ site, network, hour, played, reduced, starts, startUp, sets } = {}) {
  // Of the stalls in it the rows of the stalls tell; they are counted anew.
  if (!Array.isArray(sets)) throw new ImportError('no sums');
  return {
    site: name(site), network: name(network), hour: whole(hour), played: whole(played), reduced: whole(reduced),
    starts: whole(starts), startUp: whole(startUp), sets: [],
  };
}

/** @param {any} row @returns {import('./history.js').Row} */
function stall({ id, began, duration, position, kind, cause, zones, byZone, host, site, network, cut } = {}) {
  if (!Array.isArray(zones) || zones.some((zone) => !ZONES.includes(zone))) throw new ImportError('unknown zones');
  if (!/^[\w-]{8,128}$/.test(id)) throw new ImportError('no id');
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

/** @param {any} value @param {number} [least] */
function whole(value, least = 0) {
  if (!Number.isSafeInteger(value) || value < least) throw new ImportError('not a whole number');
  return value;
}

/** @param {any} value */
function name(value) {
  // As hosts are, and as networks may be called.
  if (typeof value !== 'string' || value.length > NAME_LIMIT || /[\p{C}<>/?#@"]/u.test(value)) throw new ImportError('not a name');
  return value;
}

/** @param {any} value */
function word(value) {
  if (typeof value !== 'string' || !/^[a-z][a-z-]{0,40}$/.test(value)) throw new ImportError('not an id');
  return value;
}
