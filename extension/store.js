// @ts-check
// What outlives the background for as long as the browser runs: snapshots. What outlives the browser: history.js.

const api = globalThis.browser ?? globalThis.chrome;

/**
 * @typedef {{ id: string, replaces?: string, bundle: string, report: string }} StallRecord
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
