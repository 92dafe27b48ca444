// @ts-check
// Measures what the core asks for (`src/check/`), and nothing else. Whom it asks: servers.js. What answers is not trusted:
// it counts only if it is what was asked for.

import { gatewayHere } from './gateway.js';
import { checkSetting, references } from './servers.js';

const api = globalThis.browser ?? globalThis.chrome;

/** An error sooner than this is none of the way's, in ms. A refusal can wait in a queue for more than a second; that nobody is
 * there is found out after three. */
const AT_ONCE = 2500;
/** The browser says what an error was this soon after it, in ms. */
const NAMED_WITHIN = 100;

/** What the browser itself answers, as soon as the machine lets it. */
const OWN = api.runtime?.getURL?.('manifest.json');

/** Hosts of which it is remembered what they sent. */
const HOST_LIMIT = 16;
/** What the addresses of playlists and manifests end with. */
const LIST = /\.(m3u8|mpd)$/i;
/** What is smaller tells little of how fast a server sends, bytes. */
const TELLING = 64 << 10;

/**
 * @typedef {{ by: string, target: string, host: string | null, bytes: number, root: boolean, listing: boolean, pair: boolean, patience: number }} Step
 * @typedef {{ gateway?: string, references: string[], siblings: Record<string, string> }} Servers
 */

/** @typedef {{ url: string, length: number, plain: boolean }} Asked `plain`: with `GET`. What was posted is never asked again. */

/** Remembers for each host what it has sent, so that it can be asked for something that it has at hand. */
export class Served {
  /** @type {Map<string, Asked>} */
  #open = new Map();
  /** @type {Map<string, Asked>} */
  #sent = new Map();
  /** Host → the playlist that it sent last. @type {Map<string, string>} */
  #lists = new Map();
  /** Host → the one beside it, so that always the same is asked. @type {Map<string, string>} */
  #beside = new Map();

  /** @param {(host: string) => string | undefined} addressOf where a host answered */
  constructor(addressOf = () => undefined) {
    this.addressOf = addressOf;
  }

  /** @param {any} fact of the network */
  note({ k, id, url, method = 'GET', status, cached, length }) {
    const request = this.#open.get(id);
    if (k === 'request') this.#open.set(id, { url, length: 0, plain: method === 'GET' });
    if (k === 'response' && request) request.length = length;
    if (k === 'completed' && request?.plain) this.#keep(request);
    if (k === 'completed' || k === 'failed' || (k === 'response' && (status >= 300 || cached))) this.#open.delete(id);
    // Of some the end is never told.
    if (this.#open.size > 512) this.#open.clear();
  }

  /** The newest that is large enough, else the largest. @param {Asked} request */
  #keep(request) {
    const { host, pathname } = new URL(request.url);
    if (LIST.test(pathname)) remember(this.#lists, host, request.url);
    const before = this.#sent.get(host)?.length ?? 0;
    if (!(request.length < Math.min(before, TELLING))) remember(this.#sent, host, request);
  }

  /** @param {string | null} host */
  by(host) {
    return host === null ? undefined : this.#sent.get(host)?.url;
  }

  /** @param {string | null} host */
  list(host) {
    return host === null ? undefined : this.#lists.get(host);
  }

  /**
   * Something of a server at an address beside this one's, which the page has had as much from: many services give a player
   * several servers of one place. @param {string | null} host
   */
  beside(host) {
    const place = this.addressOf(host ?? '');
    const near = (/** @type {string} */ other) => isBeside(place, this.addressOf(other)) && (this.#sent.get(other)?.length ?? 0) >= TELLING;
    const before = this.#beside.get(host ?? '');
    const found = before !== undefined && near(before) ? before : [...this.#sent.keys()].reverse().find(near);
    if (host === null || found === undefined) return undefined;
    remember(this.#beside, host, found);
    return this.by(found);
  }

  /** The root of a host that is being asked for something. @param {string | null} host */
  root(host) {
    const asked = [...this.#open.values()].find(({ url }) => new URL(url).host === host);
    return asked && new URL('/', asked.url).href;
  }
}

/** Two addresses of one place: of the same 24 bits (IPv6: 64), and not the same. @param {string | undefined} a @param {string | undefined} b */
export function isBeside(a, b) {
  if (!a || !b || a === b) return false;
  const [one, other] = [numbersOf(a), numbersOf(b)];
  const place = one.length === 4 ? 3 : 4;
  return one.length === other.length && one.slice(0, place).join() === other.slice(0, place).join();
}

/** Four of an address, or eight of IPv6, as browsers write them (RFC 5952). @param {string} address */
function numbersOf(address) {
  if (!address.includes(':')) return address.split('.');
  const [head, tail = []] = address.replace(/^\[|\]$/g, '').split('::').map((part) => part.split(':').filter(Boolean));
  return [...head, ...Array(Math.max(0, 8 - head.length - tail.length)).fill('0'), ...tail];
}

/** As the newest; the oldest is forgotten. @template T @param {Map<string, T>} map @param {string} host @param {T} what */
function remember(map, host, what) {
  map.delete(host);
  map.set(host, what);
  const [oldest] = map.keys();
  if (map.size > HOST_LIMIT) map.delete(oldest);
}

/** Whom a step asks. @param {Step} step @param {Servers} servers @param {Served} served */
function addressOf({ target, host, bytes, root, listing }, servers, served) {
  switch (target) {
    case 'device':
      return OWN;
    case 'gateway':
      return servers.gateway;
    case 'reference-a':
      return servers.references[0];
    case 'reference-b':
      return servers.references[1];
    case 'stalled':
      return root ? served.root(host) : served.by(host);
    case 'sibling': {
      const [beside, sent] = [servers.siblings[host ?? ''], listing ? served.list(host) : served.by(host)];
      // One that was found has other media, and other playlists.
      if (!beside) return listing ? undefined : served.beside(host);
      if (bytes === 0) return beside;
      if (!sent) return undefined;
      const { pathname, search } = new URL(sent);
      return new URL(pathname + search, beside).href;
    }
  }
}

/**
 * Does these steps, in waves: answer times side by side, since each is small; bodies one after the other.
 * @param {Step[]} steps @param {Served} served @param {(fact: any) => void} tell
 * @param {{ signal?: AbortSignal, remember?: boolean }} [how] `signal`: stops all of it; `remember`: which router answered
 */
export async function perform(steps, served, tell, { signal, remember = true } = {}) {
  const setting = await checkSetting();
  const asksGateway = steps.some(({ target }) => target === 'gateway');
  const ask = (/** @type {string} */ url, /** @type {number} */ patience, /** @type {AbortSignal} */ over) =>
    measure({ by: '', target: 'gateway', host: null, bytes: 0, root: false, listing: false, pair: false, patience }, url, over).then(({ reply }) => REACHED.has(reply));
  const gateway = asksGateway && !signal?.aborted ? await gatewayHere(setting, ask, { signal, remember }) : undefined;
  const servers = { gateway: gateway?.address, references: references(setting), siblings: setting?.siblings ?? {} };
  const once = async (/** @type {Step} */ step) => {
    // Now, since the player may ask for another meanwhile.
    const of = step.listing ? served.list(step.host) : undefined;
    const fact = await measure(step, addressOf(step, servers, served), signal);
    if (fact.text) fact.of = of;
    if (step.target === 'sibling' && fact.url && !servers.siblings[step.host ?? '']) fact.found = true;
    if (step.target === 'gateway' && fact.url) gateway?.heard(REACHED.has(fact.reply));
    tell(fact);
  };
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

/** Somebody is there. */
const REACHED = new Set(['answered', 'refused']);

/** @param {Step} step @param {string | undefined} url @param {AbortSignal} [stop] */
async function measure(step, url, stop) {
  const { by, target, bytes, listing, patience } = step;
  const part = bytes > 0 && !listing;
  const from = Date.now();
  const fact = { k: 'checked', by, target, from, url };
  const told = (/** @type {string} */ reply, more = {}) => ({ ...fact, t: Math.max(from, Date.now()), reply, ...more });
  if (!url || stop?.aborted) return told('not-probed');
  const given = new AbortController();
  const signal = stop ? AbortSignal.any([given.signal, stop]) : given.signal;
  const timer = setTimeout(() => given.abort(), patience);
  const errors = watchErrors(url);
  const began = performance.now();
  try {
    const response = await fetch(url, {
      method: bytes > 0 || target === 'device' ? 'GET' : 'HEAD',
      headers: part ? { Range: `bytes=0-${bytes - 1}` } : {},
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'manual',
      referrerPolicy: 'no-referrer',
      signal,
    });
    const answered = performance.now();
    const failing = fails(response, step);
    if (!failing && !fits(response, step)) return told('unfit');
    const body = bytes > 0 && !failing ? await read(response, bytes, listing) : {};
    if (body.short && !signal.aborted) return told('unfit');
    // Before it is given up, or there is no entry of it.
    const times = bytes > 0 ? {} : await phases(url, began);
    if (stop?.aborted) return told('not-probed');
    const { short: _, text, ...moved } = body;
    if (listing && !failing) return text === undefined ? told('unfit') : told('answered', { answer: answered - began, ...moved, text });
    return told(failing ? 'error' : 'answered', { answer: answered - began, ...times, ...moved });
  } catch {
    const took = performance.now() - began;
    if (stop?.aborted) return told('not-probed');
    // A body that does not come is no answer that was lost: a server may have had to ask for it first.
    // Firefox tells of what is given up whether the connection was made.
    if (given.signal.aborted || took >= AT_ONCE) return told('failed', bytes > 0 ? { bytes: 0, took } : { connect: (await phases(url, began)).connect });
    const reply = replyOf(await errors.named(), target);
    return told(reply, reply === 'refused' ? { connect: took } : {});
  } finally {
    clearTimeout(timer);
    given.abort();
    errors.stop();
  }
}

/** The connection was there, and was broken: as Chromium calls it, and as Firefox does. */
const BROKEN = /CONNECTION_(RESET|CLOSED)|EMPTY_RESPONSE|NET_RESET|NET_INTERRUPT|NET_EMPTY_RESPONSE/;

/**
 * What an error that came at once means. Only a router's refusal is an answer: in the place of servers further away, something
 * nearer may refuse. @param {string} error @param {string} target
 */
function replyOf(error, target) {
  if (/CONNECTION_REFUSED/.test(error)) return target === 'gateway' ? 'refused' : 'unfit';
  if (/CERT|SSL|SEC_ERROR/i.test(error)) return 'unfit';
  if (/UNREACHABLE/.test(error)) return 'failed';
  if (BROKEN.test(error) && (target === 'stalled' || target === 'sibling')) return 'reset';
  return 'blocked';
}

/**
 * Whether what answers is what was asked for: else it is a sign-in page, a filter, or a server that is not what it is taken for.
 * Of a router, whatever it says is an answer. @param {Response} response @param {Step} step
 */
function fits(response, { target, bytes, listing }) {
  if (target === 'gateway' || target === 'device') return true;
  const reference = target.startsWith('reference');
  const { status, headers } = response;
  const page = /html/i.test(headers.get('content-type') ?? '');
  // Who has the certificate is who was asked, whatever it answers.
  if (bytes === 0) return (response.ok && !page) || (!reference && response.url.startsWith('https:'));
  if (listing) return status === 200 && !page;
  const encoded = headers.get('content-encoding');
  if (page || (encoded && encoded !== 'identity')) return false;
  if (status === 206) return sent(headers, bytes) !== undefined;
  // All of it: short enough, or of a server that knows no ranges.
  return status === 200 && (!reference || Number(headers.get('content-length') ?? NaN) <= bytes);
}

/**
 * Whether one of the video's servers says that it fails. Who has the certificate is who was asked.
 * @param {Response} response @param {Step} step
 */
function fails({ status, url }, { target }) {
  return (target === 'stalled' || target === 'sibling') && status >= 500 && url.startsWith('https:');
}

/** How many bytes a part is said to have, if it is the part that was asked for. @param {Headers} headers @param {number} bytes */
function sent(headers, bytes) {
  const [, last, all] = /^bytes 0-(\d+)\/(\d+|\*)$/.exec(headers.get('content-range') ?? '') ?? [];
  const wanted = Math.min(bytes, all === '*' ? bytes : Number(all));
  const length = headers.get('content-length');
  return Number(last) + 1 === wanted && (length === null || Number(length) === wanted) ? wanted : undefined;
}

/** What the browser calls an error of a request to this address; the request itself does not say. @param {string} address */
function watchErrors(address) {
  const { href } = new URL(address);
  /** @type {(error: string) => void} */
  let name = () => {};
  const named = new Promise((/** @type {(error: string) => void} */ done) => (name = done));
  const heard = (/** @type {any} */ { url, error }) => url === href && name(error);
  // Requests of no tab: this script's own.
  api.webRequest?.onErrorOccurred.addListener(heard, { urls: ['<all_urls>'], tabId: -1 });
  return {
    named: () => Promise.race([named, new Promise((/** @type {(error: string) => void} */ done) => setTimeout(done, NAMED_WITHIN, ''))]),
    stop: () => api.webRequest?.onErrorOccurred.removeListener(heard),
  };
}

/**
 * So much of the body, and how long it took; `short` if less came than was said; `text` of a playlist, if that is all of one.
 * @param {Response} response @param {number} most @param {boolean} listing
 * @returns {Promise<{ bytes?: number, took?: number, short?: boolean, text?: string }>}
 */
async function read(response, most, listing) {
  const began = performance.now();
  const said = sent(response.headers, most) ?? Math.min(most, Number(response.headers.get('content-length') ?? 0));
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let [bytes, over, text] = [0, false, ''];
  try {
    while (reader && bytes < most && !over) {
      const { done, value } = await reader.read();
      over = done;
      if (listing) text += decoder.decode(value, { stream: !done });
      bytes = Math.min(most, bytes + (value?.byteLength ?? 0));
    }
  } catch {
    // Given up: so far it came.
  }
  const moved = { bytes, took: performance.now() - began, short: bytes < said };
  return listing && over && isList(text) ? { ...moved, text } : moved;
}

/** What it says is for the core to read. @param {string} text */
const isList = (text) => text.startsWith('#EXTM3U') || text.includes('<MPD');

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
