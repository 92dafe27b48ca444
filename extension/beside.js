// @ts-check
// How much other tabs get while a video plays: numbers alone, and only if the viewer wants that counted (signals.js).

const api = globalThis.browser ?? globalThis.chrome;

/** How often what came is told, ms. */
const EVERY = 1000;
/** Less than this in that time is not worth a word, bytes: it fills no line. */
const WORTH = 64 << 10;
/** An answer that announces so many bytes, or none, is told of while it is under way. */
const LARGE = 1 << 20;
/** Answers that are followed at a time; of some the end is never told. */
const FOLLOWED = 2048;

/** Follows the answers of all tabs. Of who asked it is looked at only whether that was the extension, of addresses nothing. */
export class Beside {
  /** Answers under way. @type {Map<string, { tab: number, from: number, bytes: number, large: boolean }>} */
  #open = new Map();
  /** What ended since it was last told. @type {{ tab: number, from: number, bytes: number }[]} */
  #ended = [];
  /** Tab → large ones under way, as last told. @type {Map<number, number>} */
  #told = new Map();

  /** @param {string} own where requests of the extension itself come from: a check's are no tab's */
  constructor(own) {
    this.own = own;
  }

  /** @param {any} details of `onResponseStarted` */
  began({ requestId, tabId, timeStamp, fromCache, method, statusCode, initiator, originUrl, responseHeaders }) {
    // Chromium tells the origin, Firefox the address.
    const ours = `${initiator ?? originUrl ?? ''}/`.startsWith(this.own);
    const bare = method === 'HEAD' || statusCode === 204 || statusCode === 304;
    if (fromCache || ours || bare || this.#open.size >= FOLLOWED) return;
    const length = lengthOf(responseHeaders);
    this.#open.set(requestId, { tab: tabId, from: timeStamp, bytes: length ?? 0, large: length === null || length >= LARGE });
  }

  /** @param {any} details of `onCompleted` */
  completed({ requestId }) {
    const answer = this.#open.get(requestId);
    if (this.#open.delete(requestId) && answer && this.#ended.length < FOLLOWED) this.#ended.push(answer);
  }

  /** @param {any} details of `onErrorOccurred`: how much of it came is not known */
  failed({ requestId }) {
    this.#open.delete(requestId);
  }

  /** What all tabs but each of these got since the last time. @param {number} now @param {Iterable<number>} tabs @returns {Map<number, any>} the facts */
  told(now, tabs) {
    const facts = new Map();
    for (const tab of tabs) {
      const others = this.#ended.filter((answer) => answer.tab !== tab);
      const bytes = others.reduce((sum, answer) => sum + answer.bytes, 0);
      // One that has just begun may be over in a moment.
      const open = [...this.#open.values()].filter((answer) => answer.tab !== tab && answer.large && now - answer.from >= EVERY).length;
      if (bytes < WORTH && open === (this.#told.get(tab) ?? 0)) continue;
      this.#told.set(tab, open);
      const from = Math.min(now, ...others.map((answer) => answer.from));
      facts.set(tab, { k: 'other-tabs', t: now, from, answers: others.length, bytes, open });
    }
    this.#ended = [];
    return facts;
  }
}

/** Counts from now on. @param {() => Iterable<number>} tabs those in which something plays @param {(tab: number, fact: any) => void} tell @returns {() => void} stops it */
export function countBeside(tabs, tell) {
  const { webRequest } = api;
  const beside = new Beside(api.runtime.getURL(''));
  const filter = { urls: ['<all_urls>'] };
  const began = (/** @type {any} */ details) => beside.began(details);
  const completed = (/** @type {any} */ details) => beside.completed(details);
  const failed = (/** @type {any} */ details) => beside.failed(details);
  webRequest.onResponseStarted.addListener(began, filter, ['responseHeaders']);
  webRequest.onCompleted.addListener(completed, filter);
  webRequest.onErrorOccurred.addListener(failed, filter);
  const timer = setInterval(() => {
    for (const [tab, fact] of beside.told(Date.now(), tabs())) tell(tab, fact);
  }, EVERY);
  return () => {
    clearInterval(timer);
    webRequest.onResponseStarted.removeListener(began);
    webRequest.onCompleted.removeListener(completed);
    webRequest.onErrorOccurred.removeListener(failed);
  };
}

/** `Content-Length`. @param {{ name: string, value?: string }[] | undefined} headers @returns {number | null} */
export function lengthOf(headers) {
  const header = headers?.find(({ name }) => name.toLowerCase() === 'content-length');
  const length = Number.parseInt(header?.value ?? '', 10);
  return Number.isFinite(length) && length >= 0 ? length : null;
}
