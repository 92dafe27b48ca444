// @ts-check
// The history: what was watched and what stalled, in this browser and nowhere else. The only place that opens the
// database. Host names and numbers; no address, no title; nothing of private windows (the background sees to that).
//
//   stalls   one small row a stall; bundles   the evidence of the newest, by the same id
//   hours    sums of one hour, site and network: all figures come from these, so that they are there at once
//   open     what of each page's counts is in `hours` by now, and its stall under way. A row each, written together with
//            what it counts: whatever is killed when, nothing counts twice, and a stall is lost by a second at most.

import { COUNTS, HOUR, ZONES, areTexts, isCount, isHour, isRow, isSet, lastOf, rowOf } from './records.js';

/** @typedef {import('./records.js').Place} Place */
/** @typedef {import('./records.js').Watched} Watched */
/** @typedef {import('./records.js').Hour} Hour */
/** @typedef {import('./records.js').Row} Row */

const api = globalThis.browser ?? globalThis.chrome;

const NAME = 'whystall';
const VERSION = 3;
/** Most bundles kept, and most characters of them; the oldest go first, their rows stay. */
const BUNDLE_LIMIT = 200;
const BUNDLE_SIZE_LIMIT = 200e6;
/** Their sizes are added up, and room is made, for so many at a time: reading two hundred rows takes longer than writing one. */
const BUNDLES_AT_ONCE = 16;
/** Days for which all of it is kept, unless the viewer says otherwise; 0 is for ever. */
export const KEEP_DAYS = 365;
/** A stall under way and its end in the evidence begin this close together, in ms: frames bound the latter. */
const SAME = 1000;
const DAY = 24 * HOUR;

/** Why there is no history: `newer`, `broken`. */
export class HistoryError extends Error {
  /** @param {'newer' | 'broken'} kind @param {unknown} cause */
  constructor(kind, cause) {
    super(`the history is ${kind === 'newer' ? 'of a newer version' : 'broken'}: ${cause}`);
    this.kind = kind;
  }
}

/** @type {Promise<IDBDatabase> | undefined} */
let opening;

function database() {
  opening ??= open().catch((error) => {
    opening = undefined;
    throw new HistoryError(error?.name === 'VersionError' ? 'newer' : 'broken', error);
  });
  return opening;
}

/** @returns {Promise<IDBDatabase>} */
function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = ({ oldVersion }) => upgrade(request, oldVersion);
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const db = request.result;
      // Another page brings a newer version, or deletes it all.
      db.onversionchange = () => db.close();
      db.onclose = () => (opening = undefined);
      resolve(db);
    };
  });
}

/** @param {IDBOpenDBRequest} request @param {number} from */
function upgrade({ result: db, transaction }, from) {
  const make = () => {
    const stalls = db.createObjectStore('stalls', { keyPath: 'id' });
    stalls.createIndex('began', 'began');
    stalls.createIndex('site', ['site', 'began']);
    stalls.createIndex('network', ['network', 'began']);
    // Rows without evidence are not in it.
    stalls.createIndex('kept', 'kept');
    db.createObjectStore('hours', { keyPath: ['site', 'network', 'hour'] }).createIndex('hour', 'hour');
    db.createObjectStore('open', { keyPath: 'session' });
    return stalls;
  };
  const bundles = from < 2 && db.createObjectStore('bundles', { keyPath: 'id' });
  if (from === 0) make();
  // Version 2 had networks, all of them unknown, and looked for none.
  if (from === 2) transaction?.objectStore('stalls').createIndex('network', ['network', 'began']);
  if (from !== 1 || !transaction || !bundles) return;
  // Version 1 had a row and its evidence in one, and did not know the site.
  /** @type {Row[]} */
  const rows = [];
  transaction.objectStore('stalls').openCursor().onsuccess = ({ target }) => {
    const cursor = /** @type {IDBRequest<IDBCursorWithValue | null>} */ (target).result;
    if (cursor) {
      const { id, bundle, report, savedAt } = cursor.value;
      bundles.put({ id, bundle });
      try {
        rows.push({ id, ...rowOf(lastOf(report)), site: '', network: '', size: bundle.length, kept: savedAt });
      } catch {
        // A verdict that can't be read has no row; the evidence stays.
      }
      cursor.continue();
      return;
    }
    db.deleteObjectStore('stalls');
    const stalls = make();
    for (const row of rows) {
      stalls.put(row);
      addStall(transaction.objectStore('hours'), row, 1);
    }
  };
}

/**
 * Runs `work` in one transaction. It may await nothing but that transaction's own requests.
 * @template T
 * @param {string[]} names
 * @param {IDBTransactionMode} mode
 * @param {(...stores: IDBObjectStore[]) => Promise<T> | T} work
 * @returns {Promise<T>}
 */
async function within(names, mode, work) {
  const db = await database();
  /** @type {IDBTransaction} */
  let transaction;
  try {
    transaction = db.transaction(names, mode, { durability: 'relaxed' });
  } catch {
    // It was closed for a newer version, or broke: that shows when it is opened again.
    opening = undefined;
    try {
      transaction = (await database()).transaction(names, mode, { durability: 'relaxed' });
    } catch (error) {
      throw error instanceof HistoryError ? error : new HistoryError('broken', error);
    }
  }
  const done = new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(undefined);
    transaction.onabort = () => reject(transaction.error ?? new Error('aborted'));
  });
  done.catch(() => {});
  try {
    const value = await work(...names.map((name) => transaction.objectStore(name)));
    await done;
    return value;
  } catch (error) {
    try {
      transaction.abort();
    } catch {
      // It is over already.
    }
    // Why it was aborted is known when it is: until then Firefox says no more than that nothing can be written.
    await done.catch(() => {});
    throw transaction.error ?? error;
  }
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
const got = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** @param {IDBObjectStore} hours @param {Place} place @param {number} hour @param {(row: Hour) => void} change */
async function changeHour(hours, { site, network }, hour, change) {
  const known = await got(hours.get([site, network, hour]));
  // Of a spoilt one, what can be read goes on.
  const counts = /** @type {Watched} */ (Object.fromEntries(COUNTS.map((key) => [key, isCount(known?.[key]) ? known[key] : 0])));
  const row = { site, network, hour, ...counts, sets: Array.isArray(known?.sets) ? known.sets.filter(isSet) : [] };
  change(row);
  const empty = row.sets.length === 0 && row.played === 0 && row.starts === 0;
  if (empty) hours.delete([site, network, hour]);
  else hours.put(row);
}

/** @param {string[]} zones */
const setOf = (zones) => ZONES.reduce((set, zone, place) => (zones.includes(zone) ? set | (1 << place) : set), 0);

/** What is counted of a set of zones; in whatever order stalls are counted, the same comes out. @param {Hour['sets']} sets @param {number} set */
function ofSet(sets, set) {
  let entry = sets.find(([other]) => other === set);
  if (!entry) {
    sets.push((entry = [set, 0, 0]));
    sets.sort(([one], [other]) => one - other);
  }
  return entry;
}

/** Counts a stall, or takes it out again. @param {IDBObjectStore} hours @param {Row} row @param {1 | -1} sign */
function addStall(hours, row, sign) {
  return changeHour(hours, row, Math.floor(row.began / HOUR), ({ sets }) => {
    const set = setOf(row.zones);
    const entry = ofSet(sets, set);
    entry[1] = Math.max(0, entry[1] + sign);
    entry[2] = Math.max(0, entry[2] + sign * row.duration);
    if (entry[1] === 0) sets.splice(sets.indexOf(entry), 1);
  });
}

/**
 * What a page counts by now, and its stall under way.
 * @param {string} session
 * @param {Place} place
 * @param {{ watched: Watched, stall: any }} account
 * @param {{ over?: boolean, now?: number }} [options] `over`: the page is gone, so its stall is, too
 */
export function count(session, place, { watched, stall }, { over = false, now = Date.now() } = {}) {
  return within(['open', 'hours', 'stalls'], 'readwrite', async (open, hours, stalls) => {
    const known = await got(open.get(session));
    const counted = /** @type {Partial<Watched>} */ ({});
    const more = /** @type {Watched} */ ({});
    for (const key of COUNTS) {
      // Less than before was counted by a background that was stopped before it could say so.
      const before = isCount(known?.counted?.[key]) ? known.counted[key] : 0;
      more[key] = Math.max(0, watched[key] - before);
      counted[key] = Math.max(watched[key], before);
    }
    if (Object.values(more).some((value) => value > 0)) {
      await changeHour(hours, place, Math.floor(now / HOUR), (row) => {
        for (const key of COUNTS) row[key] += more[key];
      });
    }
    const underWay = stall && cutShort(session, place, rowOf(stall));
    if (underWay && over) await putCut(stalls, hours, underWay);
    const cut = underWay && over ? underWay : known?.cut;
    open.put({ session, counted, ...(cut && { cut }), ...(underWay && !over && { stall: underWay }) });
  });
}

/** @param {string} session @param {Place} place @param {ReturnType<typeof rowOf>} row @returns {Row} */
const cutShort = (session, { site, network }, row) => ({ id: `cut-${session}-${row.began}`, ...row, site, network, size: 0, cut: true });

/** It may be there already, shorter. @param {IDBObjectStore} stalls @param {IDBObjectStore} hours @param {Row} row */
async function putCut(stalls, hours, row) {
  const before = await got(stalls.get(row.id));
  if (isRow(before)) await addStall(hours, before, -1);
  stalls.put(row);
  await addStall(hours, row, 1);
}

/**
 * A stall has ended: its evidence.
 * @param {string} session
 * @param {Place} place
 * @param {import('./store.js').StallRecord} record
 */
export async function keep(session, { site, network }, { id, replaces, bundle, report }) {
  /** @type {Row} */
  const row = { id, ...rowOf(lastOf(report)), site, network, size: 0 };
  const write = (/** @type {boolean} */ withBundle) =>
    within(['stalls', 'hours', 'open', 'bundles'], 'readwrite', async (stalls, hours, open, bundles) => {
      const page = await got(open.get(session));
      if (page?.stall || page?.cut) {
        open.put({ session, counted: page.counted });
        // It went on after all: the page came back.
        if (isRow(page.cut) && Math.abs(page.cut.began - row.began) < SAME && (await got(stalls.get(page.cut.id)))) {
          stalls.delete(page.cut.id);
          await addStall(hours, page.cut, -1);
        }
      }
      if (await got(stalls.get(id))) return;
      if (replaces) {
        const before = await got(stalls.get(replaces));
        // The viewer has deleted it, or said so before.
        if (!isRow(before)) return;
        stalls.delete(replaces);
        bundles.delete(replaces);
        await addStall(hours, before, -1);
        Object.assign(row, { site: before.site, network: before.network });
      }
      await addStall(hours, row, 1);
      if (!withBundle) return void stalls.put(row);
      stalls.put({ ...row, size: bundle.length, kept: Date.now() });
      bundles.put({ id, bundle });
      let count = await got(stalls.index('kept').count());
      if (count <= BUNDLE_LIMIT && count % BUNDLES_AT_ONCE !== 0) return;
      const most = count > BUNDLE_LIMIT ? BUNDLE_LIMIT - BUNDLES_AT_ONCE : BUNDLE_LIMIT;
      const kept = await got(stalls.index('kept').getAll());
      const sizeOf = (/** @type {any} */ { size }) => (isCount(size) ? size : 0);
      let size = kept.reduce((sum, row) => sum + sizeOf(row), 0);
      for (const { kept: _, ...old } of kept) {
        if (count <= most && size <= BUNDLE_SIZE_LIMIT) break;
        count -= 1;
        size -= sizeOf(old);
        bundles.delete(old.id);
        stalls.put({ ...old, size: 0 });
      }
    });
  await withRoom(() => write(true), () => write(false));
}

/** Does it, with the older half of the evidence gone if there is no room, and else without. @param {(() => Promise<any>)[]} ways */
async function withRoom(...ways) {
  for (const [index, way] of [ways[0], ...ways].entries()) {
    try {
      return await way();
    } catch (error) {
      if (/** @type {any} */ (error)?.name !== 'QuotaExceededError' || index === ways.length) throw error;
      await forgetEvidence();
      // Firefox keeps its local storage in the same full place.
      const full = { historyFull: Date.now() };
      await api.storage.local.set(full).catch(() => api.storage.session.set(full));
    }
  }
}

/** The older half of the evidence goes. */
async function forgetEvidence() {
  const kept = await within(['stalls'], 'readonly', (stalls) => got(stalls.index('kept').getAll()));
  const old = kept.slice(0, Math.ceil(kept.length / 2));
  // Without room, Firefox lets the next transaction delete and do nothing else.
  await within(['bundles'], 'readwrite', (bundles) => old.forEach(({ id }) => bundles.delete(id)));
  await within(['stalls'], 'readwrite', (stalls) => old.forEach(({ kept: _, ...row }) => stalls.put({ ...row, size: 0 })));
}

/** @type {Promise<void> | undefined} */
let begun;

/** To be awaited before all else: once a browser's life settles what was cut short, every day forgets what is too old. */
export function begin() {
  // Two scripts at once: the one that comes late would take what the other has written by then for cut short.
  begun ??= navigator.locks.request('history', async () => {
    const { tidied } = await api.storage.session.get('tidied');
    if (tidied === undefined) await settle();
    if (Date.now() - (tidied ?? 0) < DAY) return;
    await forgetOld();
    await api.storage.session.set({ tidied: Date.now() });
  });
  return begun.catch((error) => {
    begun = undefined;
    throw error;
  });
}

/** The browser was started: what was under way when it went is as long as it is known to have been. */
function settle() {
  return within(['open', 'stalls', 'hours'], 'readwrite', async (open, stalls, hours) => {
    for (const { stall } of await got(open.getAll())) if (isRow(stall)) await putCut(stalls, hours, stall);
    open.clear();
  });
}

/** @returns {Promise<number>} */
export async function keepDays() {
  return (await api.storage.local.get('keepDays')).keepDays ?? KEEP_DAYS;
}

/** What is older than the viewer wants goes. @param {number} [now] */
export async function forgetOld(now = Date.now()) {
  const days = await keepDays();
  if (days === 0) return;
  const before = now - days * DAY;
  await within(['stalls', 'bundles', 'hours'], 'readwrite', async (stalls, bundles, hours) => {
    for (const id of await got(stalls.index('began').getAllKeys(IDBKeyRange.upperBound(before, true)))) {
      stalls.delete(id);
      bundles.delete(id);
    }
    const old = IDBKeyRange.upperBound(Math.floor(before / HOUR), true);
    for (const key of await got(hours.index('hour').getAllKeys(old))) hours.delete(key);
  });
}

/**
 * All sums, or those of a site since an hour; and how many can't be read.
 * @param {string} [site] @param {number} [since]
 */
export async function readHours(site, since = 0) {
  // An array comes after all texts.
  const range = site === undefined ? null : IDBKeyRange.bound([site], [site, []]);
  const rows = await within(['hours'], 'readonly', (hours) => got(hours.getAll(range)));
  const sound = rows.filter(isHour);
  return { hours: sound.filter(({ hour }) => hour >= since), spoilt: rows.length - sound.length };
}

/** Likewise, those that can. @param {string} [site] @param {number} [since] @returns {Promise<Hour[]>} */
export const hours = async (site, since) => (await readHours(site, since)).hours;

/** With the hour on the clock on the wall, as src/history/ wants it. @param {Hour[]} rows */
export const withLocal = (rows) =>
  rows.map((row) => ({ ...row, local: Math.floor(row.hour - new Date(row.hour * HOUR).getTimezoneOffset() / 60) }));

/**
 * The newest stalls that fit, at most `limit`, from `before` on backwards. Not each need be one (`isRow`).
 * @param {{ site?: string, network?: string, since?: number, before?: number, limit: number }} wanted
 * @returns {Promise<Row[]>}
 */
export function stalls({ site, network, since = -Infinity, before = Infinity, limit }) {
  return within(['stalls'], 'readonly', (stalls) => {
    const [name, of] = site !== undefined ? ['site', site] : network !== undefined ? ['network', network] : ['began'];
    const index = stalls.index(name);
    const key = (/** @type {number} */ began) => (of === undefined ? began : [of, began]);
    const cursor = index.openCursor(IDBKeyRange.bound(key(since), key(before), false, true), 'prev');
    /** @type {Row[]} */
    const found = [];
    return new Promise((resolve, reject) => {
      cursor.onerror = () => reject(cursor.error);
      cursor.onsuccess = () => {
        const at = cursor.result;
        if (at && (network === undefined || at.value.network === network)) found.push(at.value);
        if (at && found.length < limit) at.continue();
        else resolve(found);
      };
    });
  });
}

/** The evidence of a stall, if there is any. @param {string} id @returns {Promise<string | undefined>} */
export async function stall(id) {
  return (await within(['bundles'], 'readonly', (bundles) => got(bundles.get(id))))?.bundle;
}

/** What is kept of a stall itself. @param {string} id @returns {Promise<Row | undefined>} */
export async function rowOfStall(id) {
  const row = await within(['stalls'], 'readonly', (stalls) => got(stalls.get(id)));
  return isRow(row) ? row : undefined;
}

/** Deletes one. @param {string} id */
export function remove(id) {
  return within(['stalls', 'bundles', 'hours'], 'readwrite', async (stalls, bundles, hours) => {
    const row = await got(stalls.get(id));
    stalls.delete(id);
    bundles.delete(id);
    if (isRow(row)) await addStall(hours, row, -1);
  });
}

/** Deletes all. Pages that are open go on counting from now. */
export function removeAll() {
  return within(['stalls', 'bundles', 'hours', 'open'], 'readwrite', async (stalls, bundles, hours, open) => {
    for (const store of [stalls, bundles, hours]) store.clear();
    for (const { session, counted } of await got(open.getAll())) open.put({ session, counted });
  });
}

/** What was of one network is from now on of another: the viewer says that they were one. @param {string} from @param {string} into */
export function moveNetwork(from, into) {
  return within(['stalls', 'hours', 'open'], 'readwrite', async (stalls, hours, open) => {
    const moved = (/** @type {Row | undefined} */ row) => (row?.network === from ? { ...row, network: into } : row);
    const rows = await got(stalls.index('network').getAll(IDBKeyRange.bound([from], [from, []])));
    for (const row of rows) stalls.put(moved(row));
    for (const { stall, cut, ...page } of await got(open.getAll())) {
      open.put({ ...page, ...(stall && { stall: moved(stall) }), ...(cut && { cut: moved(cut) }) });
    }
    for (const row of (await got(hours.getAll())).filter(isHour).filter(({ network }) => network === from)) {
      hours.delete([row.site, from, row.hour]);
      await changeHour(hours, { site: row.site, network: into }, row.hour, (sum) => merge(sum, row));
    }
  });
}

/** @param {Hour} sum @param {Hour} more */
function merge(sum, more) {
  for (const key of COUNTS) sum[key] += more[key];
  for (const [set, stalls, time] of more.sets) {
    const entry = ofSet(sum.sets, set);
    [entry[1], entry[2]] = [entry[1] + stalls, entry[2] + time];
  }
}

/** All that can be read, bundle by bundle: they can be more than fits in one text. */
export async function everything() {
  const all = (/** @type {string} */ name) => within([name], 'readonly', (store) => got(store.getAll()));
  const bundles = (await all('bundles')).filter(({ id, bundle }) => areTexts(id, bundle));
  return { hours: (await all('hours')).filter(isHour), stalls: (await all('stalls')).filter(isRow), bundles };
}

/**
 * Adds what is not there yet. Of an hour that is, the larger counts stay: an import may be done twice.
 * @param {{ hours: Hour[], stalls: Row[], bundles: { id: string, bundle: string }[] }} imported checked (archive.js)
 * @param {(done: number, all: number) => unknown} [step] told how much of it is done; if it throws, nothing is
 * @returns {Promise<number>} stalls that were added
 */
export function add({ hours: sums, stalls: rows, bundles: evidence }, step = () => {}) {
  const all = sums.length + rows.length;
  const texts = new Map(evidence.map(({ id, bundle }) => [id, bundle]));
  return within(['stalls', 'hours', 'bundles'], 'readwrite', async (stalls, hours, bundles) => {
    for (const [index, sum] of sums.entries()) {
      step(index, all);
      await changeHour(hours, sum, sum.hour, (row) => {
        for (const key of COUNTS) {
          row[key] = Math.max(row[key], sum[key]);
        }
      });
    }
    let added = 0;
    let room = BUNDLE_LIMIT - (await got(stalls.index('kept').count()));
    for (const [index, row] of rows.entries()) {
      step(sums.length + index, all);
      if (isRow(await got(stalls.get(row.id)))) continue;
      const bundle = room > 0 ? texts.get(row.id) : undefined;
      if (bundle !== undefined) {
        bundles.put({ id: row.id, bundle });
        room -= 1;
      }
      stalls.put(bundle === undefined ? row : { ...row, size: bundle.length, kept: row.began });
      await addStall(hours, row, 1);
      added += 1;
    }
    return added;
  });
}
