// @ts-check
// Where servers are: looked up on this machine, in a table that is loaded when playback first stalls. Nobody is asked.

import { core, generation } from './core.js';
import { currentNetwork } from './networks.js';
import { tableAddress } from './table.js';

/** Hosts that are placed for one page, and addresses that are remembered of those asked before it stalled. */
const HOST_LIMIT = 64;

/** @type {Promise<import('../target/wasm/whystall_web.js').Networks> | undefined} */
let loading;
/** The instance of the core that has it. */
let loadedFor = -1;

/** The table, in the core that is there now. */
export function table() {
  if (!loading || loadedFor !== generation) {
    loadedFor = generation;
    loading = load();
  }
  return loading;
}

async function load() {
  const [{ Networks }, response] = await Promise.all([core(), fetch(tableAddress())]);
  return new Networks(new Uint8Array(await response.arrayBuffer()));
}

/** Places the servers of one page from its first stall on. */
export class Places {
  /** Requests under way → their URL. @type {Map<string, string>} */
  #open = new Map();
  /** Host → where it answered, and what was last told of that. @type {Map<string, { url: string, ip: string, told: string }>} */
  #hosts = new Map();
  #wanted = false;

  /** @param {(fact: any) => void} tell */
  constructor(tell) {
    this.tell = tell;
  }

  /** @param {any} fact of the network */
  note({ k, id, url, cached, ip }) {
    if (k === 'request') this.#open.set(id, url);
    const asked = this.#open.get(id);
    if (k === 'response' && asked && ip && !cached) this.#answered(asked, ip);
    if (k !== 'request') this.#open.delete(id);
    // Of some the end is never told.
    if (this.#open.size > 512) this.#open.clear();
  }

  /** Playback stands: from now on it matters where servers are. */
  want() {
    if (this.#wanted) return;
    this.#wanted = true;
    for (const host of this.#hosts.keys()) this.#place(host);
  }

  /** @param {string} url @param {string} ip */
  #answered(url, ip) {
    const { host } = new URL(url);
    const known = this.#hosts.get(host);
    if (known?.ip === ip || (!known && this.#hosts.size >= HOST_LIMIT)) return;
    this.#hosts.set(host, { url, ip, told: known?.told ?? '' });
    if (this.#wanted) this.#place(host);
  }

  /** @param {string} host */
  async #place(host) {
    try {
      const [networks, viewer] = await Promise.all([table(), currentNetwork()]);
      const server = this.#hosts.get(host);
      const found = server && networks.find(new URL(server.url).host, server.ip);
      if (!server || !found) return;
      const { asn } = found;
      const own = asn === null || viewer.asn === null ? null : asn === viewer.asn;
      const place = { ...found, own };
      if (server.told === JSON.stringify(place)) return;
      server.told = JSON.stringify(place);
      this.tell({ k: 'placed', t: Date.now(), url: server.url, ...place });
    } catch (error) {
      console.warn('Whystall: no table of networks', error);
    }
  }
}
