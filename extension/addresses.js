// @ts-check
// Where servers answered, by what the browser tells of requests.

/** Hosts that are remembered of one page: those that answered last, among which the video's is. */
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
    const stayed = known?.ip === ip;
    this.#hosts.delete(host);
    this.#hosts.set(host, stayed ? known : { url, ip });
    if (this.#hosts.size > HOST_LIMIT) this.#hosts.delete(this.hosts()[0]);
    return stayed ? undefined : host;
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
