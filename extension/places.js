// @ts-check
// Where servers are: looked up on this machine, in a table that is loaded when playback first stalls. Nobody is asked.

import { core, generation } from './core.js';
import { currentNetwork } from './networks.js';
import { tableAddress } from './table.js';

/** Hosts that are remembered as told. */
const TOLD_LIMIT = 512;

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
  /** Host → what was last told of it. @type {Map<string, string>} */
  #told = new Map();
  #wanted = false;

  /** @param {import('./addresses.js').Addresses} addresses @param {(fact: any) => void} tell */
  constructor(addresses, tell) {
    this.addresses = addresses;
    this.tell = tell;
  }

  /** Playback stands: from now on it matters where servers are. */
  want() {
    if (this.#wanted) return;
    this.#wanted = true;
    for (const host of this.addresses.hosts()) this.#place(host);
  }

  /** @param {string} host it answered where it had not before */
  moved(host) {
    if (this.#wanted) this.#place(host);
  }

  /** @param {string} host */
  async #place(host) {
    try {
      const [networks, viewer] = await Promise.all([table(), currentNetwork()]);
      const server = this.addresses.of(host);
      const found = server && networks.find(new URL(server.url).host, server.ip);
      if (!server || !found) return;
      const { asn } = found;
      const own = asn === null || viewer.asn === null ? null : asn === viewer.asn;
      const place = { ...found, own };
      const told = JSON.stringify(place);
      if (this.#told.get(host) === told) return;
      // Who asks more servers than that is told of some of them again.
      if (this.#told.size >= TOLD_LIMIT) this.#told.clear();
      this.#told.set(host, told);
      this.tell({ k: 'placed', t: Date.now(), url: server.url, ...place });
    } catch (error) {
      console.warn('Whystall: no table of networks', error);
    }
  }
}
