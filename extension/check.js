// @ts-check
// Measures what the core asks for (`src/check.rs`), and nothing else. Which servers there are to measure is data: without
// a list no request is made.

const api = globalThis.browser ?? globalThis.chrome;

/** An error sooner than this is a refusal by the machine itself, in ms. It can wait in a queue for more than a second; that
 * nobody is there is found out after three. */
const REFUSED_WITHIN = 2500;

/** Hosts of which it is remembered what they sent. */
const HOST_LIMIT = 16;
/** What is smaller tells little of how fast a server sends, bytes. */
const TELLING = 64 << 10;

/**
 * @typedef {{
 *   gateways?: string[],
 *   references?: string[],
 *   siblings?: Record<string, string>,
 * }} Servers addresses of routers to try and of two references; hosts, and what a server beside each answers by itself
 * @typedef {{ by: string, target: string, host: string | null, bytes: number, pair: boolean, patience: number }} Step
 */

/** What the viewer allowed to be measured. @returns {Promise<Servers | undefined>} */
export async function allowedServers() {
  return (await api.storage.local.get('check')).check;
}

/** Remembers for each host what it has sent, so that it can be asked for something that it has at hand. */
export class Served {
  /** @type {Map<string, { url: string, length: number }>} */
  #open = new Map();
  /** @type {Map<string, { url: string, length: number }>} */
  #sent = new Map();

  /** @param {any} fact of the network */
  note({ k, id, url, status, cached, length }) {
    const request = this.#open.get(id);
    if (k === 'request') this.#open.set(id, { url, length: 0 });
    if (k === 'response' && request) request.length = length;
    if (k === 'completed' && request) this.#keep(request);
    if (k === 'completed' || k === 'failed' || (k === 'response' && (status >= 300 || cached))) this.#open.delete(id);
    // Of some the end is never told.
    if (this.#open.size > 512) this.#open.clear();
  }

  /** The newest that is large enough, else the largest. @param {{ url: string, length: number }} request */
  #keep(request) {
    const { host } = new URL(request.url);
    const before = this.#sent.get(host)?.length ?? 0;
    if (request.length < Math.min(before, TELLING)) return;
    this.#sent.delete(host);
    this.#sent.set(host, request);
    const [oldest] = this.#sent.keys();
    if (this.#sent.size > HOST_LIMIT) this.#sent.delete(oldest);
  }

  /** @param {string | null} host */
  by(host) {
    return host === null ? undefined : this.#sent.get(host)?.url;
  }
}

/** Whom a step asks. @param {Step} step @param {Servers} servers @param {Served} served */
function addressOf({ target, host, bytes }, servers, served) {
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
      if (!beside || bytes === 0) return beside;
      if (!sent) return undefined;
      const { pathname, search } = new URL(sent);
      return new URL(pathname + search, beside).href;
    }
  }
}

/**
 * Does these steps, in waves: answer times side by side, since each is small; bodies one after the other.
 * @param {Step[]} steps @param {Served} served @param {(fact: any) => void} tell
 */
export async function perform(steps, served, tell) {
  const servers = (await allowedServers()) ?? {};
  const once = (/** @type {Step} */ step) => measure(step, addressOf(step, servers, served)).then(tell);
  /** @type {Step[]} */
  let wave = [];
  const run = async () => {
    await Promise.all(wave.flatMap((step) => (step.pair ? [once(step), once(step)] : [once(step)])));
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
    if (given.signal.aborted || took >= REFUSED_WITHIN) return { ...fact, t: Math.max(from, Date.now()), reply: 'failed' };
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
