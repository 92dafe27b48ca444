// @ts-check
// The one thing that Whystall changes, and only if the viewer wants it (signals.js): servers that send a tab's player media
// say `Timing-Allow-Origin`, so that the page, and with it Whystall, sees the phases of its requests.

import { lengthOf } from './beside.js';

const api = globalThis.browser ?? globalThis.chrome;

/** A host that sends so much at once sends media. */
const MEDIA = 64 << 10;
/** Hosts of one tab. */
const HOST_LIMIT = 32;

export class Timings {
  /** Whether the viewer wants it. */
  #on = false;
  /** Tab → its hosts. @type {Map<number, Set<string>>} */
  #hosts = new Map();
  /** Changes of rules, one after the other, and whether the last came about. @type {Promise<boolean>} */
  #changing = Promise.resolve(true);

  /** @param {(tab: number, fact: any) => void} tell */
  constructor(tell) {
    this.tell = tell;
  }

  /** @param {boolean} on @param {boolean} changed the viewer has just said so */
  allow(on, changed) {
    this.#on = on;
    if (on === changed) return;
    // Rules outlive this script: what is switched off ends, and what it does not know of begins anew.
    this.#hosts.clear();
    this.#change(async () => ({ removeRuleIds: (await api.declarativeNetRequest.getSessionRules()).map((/** @type {any} */ { id }) => id) }));
  }

  /** An answer began. @param {number} tab @param {any} details of `onResponseStarted` */
  note(tab, { url, fromCache, responseHeaders }) {
    if (!this.#on || fromCache || !isMedia(responseHeaders)) return;
    const { hostname, protocol } = new URL(url);
    const hosts = this.#hosts.get(tab) ?? new Set();
    if (!/^https?:$/.test(protocol) || hosts.has(hostname) || hosts.size >= HOST_LIMIT) return;
    this.#hosts.set(tab, hosts.add(hostname));
    this.#change(async () => ({ removeRuleIds: [tab], addRules: [rule(tab, [...hosts])] }))
      .then((changed) => changed && this.tell(tab, { k: 'timings-shown', t: Date.now(), url }));
  }

  /** Nothing plays there any more. @param {number} tab */
  forget(tab) {
    if (this.#hosts.delete(tab)) this.#change(async () => ({ removeRuleIds: [tab] }));
  }

  /** What is not changed is not told of. @param {() => Promise<any>} how */
  #change(how) {
    this.#changing = this.#changing
      .then(async () => api.declarativeNetRequest.updateSessionRules(await how()))
      .then(() => true, (error) => {
        console.warn('Whystall: no timings', error);
        return false;
      });
    return this.#changing;
  }
}

/** @param {number} tab @param {string[]} hosts */
const rule = (tab, hosts) => ({
  id: tab,
  condition: { tabIds: [tab], requestDomains: hosts, resourceTypes: ['xmlhttprequest', 'media', 'other'] },
  // What the server allows itself stays.
  action: { type: 'modifyHeaders', responseHeaders: [{ header: 'Timing-Allow-Origin', operation: 'append', value: '*' }] },
});

/** @param {{ name: string, value?: string }[] | undefined} headers */
function isMedia(headers) {
  const type = headers?.find(({ name }) => name.toLowerCase() === 'content-type')?.value ?? '';
  return /^(video|audio)\//i.test(type) || (lengthOf(headers) ?? 0) >= MEDIA;
}
