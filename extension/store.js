// @ts-check
// What outlives the background: snapshots for as long as the browser runs, stalls until they are deleted.

const api = globalThis.browser ?? globalThis.chrome;

/** Most stalls kept; the oldest go. A bundle has some hundred KB. */
const STALL_LIMIT = 200;

/**
 * @typedef {{ id: string, bundle: string, report: string }} StallRecord
 * @typedef {{ core: string, stalls: number }} Snapshot
 */

/** The snapshots of one frame's log, in memory of the browser's. */
export class SnapshotStore {
  #key;
  #stallKey;
  #prefix;

  /** @param {number} tab @param {number} frame @param {string} session */
  constructor(tab, frame, session) {
    this.#prefix = `frame:${tab}:${frame}:`;
    this.#key = this.#prefix + session;
    this.#stallKey = `${this.#key}:stall`;
  }

  /** The snapshot and the last stall, where there are any. Those of the frame's earlier pages go. */
  async load() {
    const all = await api.storage.session.get(null);
    const ours = [this.#key, this.#stallKey];
    const old = Object.keys(all).filter((key) => key.startsWith(this.#prefix) && !ours.includes(key));
    await api.storage.session.remove(old);
    return {
      snapshot: /** @type {Snapshot | undefined} */ (all[this.#key]),
      stall: /** @type {StallRecord | undefined} */ (all[this.#stallKey]),
    };
  }

  /** @param {Snapshot} snapshot */
  save(snapshot) {
    return api.storage.session.set({ [this.#key]: snapshot });
  }

  /** @param {StallRecord} stall */
  saveStall(stall) {
    return api.storage.session.set({ [this.#stallKey]: stall });
  }

  /** Neither snapshot nor stall. */
  remove() {
    return api.storage.session.remove([this.#key, this.#stallKey]);
  }
}

/** Removes the snapshots of tabs that are closed. */
export async function forgetClosedTabs() {
  const keys = Object.keys(await api.storage.session.get(null)).filter((key) => key.startsWith('frame:'));
  const tabs = new Set(keys.map((key) => Number(key.split(':')[1])));
  for (const tab of tabs) {
    const open = await api.tabs.get(tab).then(() => true, () => false);
    if (!open) await api.storage.session.remove(keys.filter((key) => key.startsWith(`frame:${tab}:`)));
  }
}

/** @type {Promise<IDBDatabase> | undefined} */
let database;

/** Keeps the evidence of a stall. @param {StallRecord} record */
export async function keepStall(record) {
  database ??= open();
  const transaction = (await database).transaction('stalls', 'readwrite');
  const stalls = transaction.objectStore('stalls');
  stalls.put({ ...record, savedAt: Date.now() });
  stalls.index('savedAt').getAllKeys().onsuccess = ({ target }) => {
    const keys = /** @type {IDBRequest<IDBValidKey[]>} */ (target).result;
    for (const key of keys.slice(0, -STALL_LIMIT)) stalls.delete(key);
  };
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(undefined);
    transaction.onabort = () => reject(transaction.error);
  });
}

/** The stall of this id, if it was kept. @param {string} id @returns {Promise<StallRecord | undefined>} */
export async function storedStall(id) {
  database ??= open();
  const request = (await database).transaction('stalls').objectStore('stalls').get(id);
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** @returns {Promise<IDBDatabase>} */
function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('whystall', 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('stalls', { keyPath: 'id' }).createIndex('savedAt', 'savedAt');
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
