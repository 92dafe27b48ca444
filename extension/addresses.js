// @ts-check
// Where servers answered, by what the browser tells of requests.

/** Hosts that are remembered of one page. */
const HOST_LIMIT = 64;

export class Addresses {
  /** Requests under way → their URL. @type {Map<string, string>} */
  #open = new Map();
  /** Host → something that it was asked for, and where it answered. @type {Map<string, { url: string, ip: string }>} */
  #hosts = new Map();

  /** @param {any} fact of the network @returns {string | undefined} the host that answered where it had not before */
  note({ k, id, url, cached, ip }) {
    if (k === 'request') this.#open.set(id, url);
    const asked = this.#open.get(id);
    if (k === 'response' || k === 'completed' || k === 'failed') this.#open.delete(id);
    // Of some the end is never told.
    if (this.#open.size > 512) this.#open.clear();
    return k === 'response' && asked && ip && !cached ? this.#answered(asked, ip) : undefined;
  }

  /** @param {string} url @param {string} ip */
  #answered(url, ip) {
    const { host } = new URL(url);
    const known = this.#hosts.get(host);
    if (known?.ip === ip || (!known && this.#hosts.size >= HOST_LIMIT)) return undefined;
    this.#hosts.set(host, { url, ip });
    return host;
  }

  /** @param {string} host */
  of(host) {
    return this.#hosts.get(host);
  }

  /** All that are known. */
  hosts() {
    return [...this.#hosts.keys()];
  }
}
