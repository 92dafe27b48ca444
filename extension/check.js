// @ts-check
// Measures what the core asks for (`src/check.rs`), and nothing else. Which servers there are to measure is data: without
// a list no request is made.

const api = globalThis.browser ?? globalThis.chrome;

/** An error sooner than this is a refusal by the machine itself, in ms: a lost packet costs a second. */
const REFUSED_WITHIN = 900;

/** Hosts whose last answered request is remembered. */
const HOST_LIMIT = 16;

/**
 * @typedef {{
 *   gateways?: string[],
 *   references?: string[],
 *   siblings?: Record<string, string>,
 * }} Servers addresses of routers to try and of two references; hosts, and the origin of a server beside each
 * @typedef {{ by: string, target: string, host: string | null, bytes: number, pair: boolean, patience: number }} Step
 */

/** What the viewer allowed to be measured. @returns {Promise<Servers | undefined>} */
export async function allowedServers() {
  return (await api.storage.local.get('check')).check;
}

/** Remembers for each host what it has sent, so that it can be asked for something that it has at hand. */
export class Served {
  /** @type {Map<string, string>} */
  #open = new Map();
  /** @type {Map<string, string>} */
  #urls = new Map();

  /** @param {any} fact of the network */
  note({ k, id, url, status, cached }) {
    if (k === 'request') this.#open.set(id, url);
    else if (k === 'response' && (status >= 300 || cached)) this.#open.delete(id);
    else if (k === 'failed') this.#open.delete(id);
    else if (k === 'completed' && this.#open.has(id)) {
      const sent = this.#open.get(id) ?? '';
      this.#open.delete(id);
      const { host } = new URL(sent);
      this.#urls.delete(host);
      this.#urls.set(host, sent);
      for (const oldest of this.#urls.keys()) {
        if (this.#urls.size <= HOST_LIMIT) break;
        this.#urls.delete(oldest);
      }
    }
    if (this.#open.size > 512) this.#open.clear();
  }

  /** @param {string | null} host */
  by(host) {
    return host === null ? undefined : this.#urls.get(host);
  }
}

/** Whom a step asks. @param {Step} step @param {Servers} servers @param {Served} served */
function addressOf({ target, host }, servers, served) {
  switch (target) {
    case 'gateway':
      return servers.gateways?.[0];
    case 'reference-a':
      return servers.references?.[0];
    case 'reference-b':
      return servers.references?.[1];
    case 'stalled':
      return served.by(host);
    case 'sibling': {
      const [beside, sent] = [servers.siblings?.[host ?? ''], served.by(host)];
      if (!beside || !sent) return undefined;
      const { pathname, search } = new URL(sent);
      return new URL(pathname + search, beside).href;
    }
  }
}

/**
 * Does these steps, in waves: answer times side by side, since each is small, after that of the router, which nothing may
 * hold up; bodies one after the other.
 * @param {Step[]} steps @param {Served} served @param {(fact: any) => void} tell
 */
export async function perform(steps, served, tell) {
  const servers = (await allowedServers()) ?? {};
  const once = (/** @type {Step} */ step) => measure(step, addressOf(step, servers, served)).then(tell);
  /** @type {Step[]} */
  let wave = [];
  const run = async () => {
    const [near, far] = [true, false].map((near) => wave.filter(({ target }) => (target === 'gateway') === near));
    await Promise.all(near.map(once));
    await Promise.all(far.flatMap((step) => (step.pair ? [once(step), once(step)] : [once(step)])));
    wave = [];
  };
  for (const step of steps) {
    if (step.bytes > 0 || wave.some(({ target }) => target === step.target)) await run();
    if (step.bytes > 0) await once(step);
    else wave.push(step);
  }
  await run();
}

/** @param {Step} step @param {string | undefined} url */
async function measure({ by, target, bytes, patience }, url) {
  const from = Date.now();
  const fact = { k: 'checked', by, target, from, url };
  if (!url) return { ...fact, t: from, reply: 'not-probed' };
  const given = new AbortController();
  const timer = setTimeout(() => given.abort(), patience);
  const began = performance.now();
  try {
    const response = await fetch(url, {
      method: bytes > 0 ? 'GET' : 'HEAD',
      headers: bytes > 0 ? { Range: `bytes=0-${bytes - 1}` } : {},
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'manual',
      referrerPolicy: 'no-referrer',
      signal: given.signal,
    });
    const answered = performance.now();
    const body = bytes > 0 && response.ok ? await read(response, bytes) : {};
    // Before it is given up, or there is no entry of it.
    const times = bytes > 0 ? {} : await phases(url, began);
    given.abort();
    return { ...fact, t: Math.max(from, Date.now()), reply: 'answered', answer: answered - began, ...times, ...body };
  } catch {
    const took = performance.now() - began;
    if (took >= REFUSED_WITHIN) return { ...fact, t: Math.max(from, Date.now()), reply: 'failed' };
    return { ...fact, t: Math.max(from, Date.now()), reply: 'refused', connect: took };
  } finally {
    clearTimeout(timer);
  }
}

/** So much of the body, and how long it took. @param {Response} response @param {number} most */
async function read(response, most) {
  const began = performance.now();
  const reader = response.body?.getReader();
  let bytes = 0;
  try {
    while (reader && bytes < most) {
      const { done, value } = await reader.read();
      if (done) break;
      bytes = Math.min(most, bytes + value.byteLength);
    }
  } catch {
    // Given up: so far it came.
  }
  return { bytes, took: performance.now() - began };
}

/** Entries that belong to a measurement already. @type {Set<string>} */
const claimed = new Set();
/** An entry is there this soon after its request, in ms, or there is none. */
const ENTRY_WITHIN = 100;

/** What Resource Timing has of it, nearer to the wire than this script. @param {string} url @param {number} began */
async function phases(url, began) {
  const key = (/** @type {any} */ { startTime, responseEnd }) => `${startTime} ${responseEnd}`;
  const mine = () => performance.getEntriesByName(url).find((entry) => entry.startTime >= began - 1 && !claimed.has(key(entry)));
  const answered = performance.now();
  let entry = /** @type {PerformanceResourceTiming | undefined} */ (mine());
  while (!entry && performance.now() - answered < ENTRY_WITHIN) {
    await new Promise((done) => setTimeout(done, 5));
    entry = /** @type {PerformanceResourceTiming | undefined} */ (mine());
  }
  if (!entry) return {};
  claimed.add(key(entry));
  // The browser keeps some hundred entries, then no more.
  if (claimed.size > 100) {
    claimed.clear();
    performance.clearResourceTimings();
  }
  const { connectStart, connectEnd, secureConnectionStart, requestStart, responseStart } = entry;
  if (requestStart === 0 || responseStart === 0) return {};
  const connect = (secureConnectionStart || connectEnd) - connectStart;
  return { answer: responseStart - requestStart, connect: connect > 0 ? connect : undefined };
}
