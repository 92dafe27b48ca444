// @ts-check
// What else the viewer lets Whystall look at. Both are off until the viewer switches them on.

const api = globalThis.browser ?? globalThis.chrome;

/** @typedef {{ otherTabs: boolean, timings: boolean }} Signals */

/** @returns {Promise<Signals>} */
export async function signals() {
  return read((await api.storage.local.get('signals')).signals);
}

/** @param {keyof Signals} which @param {boolean} on */
export async function allowSignal(which, on) {
  await api.storage.local.set({ signals: { ...(await signals()), [which]: on } });
}

/** Tells of them now, and whenever they change. @param {(signals: Signals, changed: boolean) => void} tell */
export function onSignals(tell) {
  api.storage.local.onChanged.addListener((/** @type {any} */ { signals }) => signals && tell(read(signals.newValue), true));
  signals().then((now) => tell(now, false));
}

/** @param {any} kept @returns {Signals} */
const read = (kept) => ({ otherTabs: kept?.otherTabs === true, timings: kept?.timings === true });
