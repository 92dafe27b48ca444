// @ts-check
// What the browser sees of a tab's requests. Listens to one tab at a time, and only while a frame there asks for it,
// so that no other page's requests reach this script.

const api = globalThis.browser ?? globalThis.chrome;
const { webRequest } = api;

/** What `fetch` and `XMLHttpRequest` are called; some fetches are `other`. */
const TYPES = ['xmlhttprequest', 'other'];
const URL_LIMIT = 4096;

/** Headers in which servers say something of themselves (src/header/ reads them). No other goes any further. */
const CONFESSIONS = new Set([
  'server-timing', 'cmsd-static', 'cmsd-dynamic', 'age', 'cache-status', 'x-cache', 'cf-cache-status', 'x-served-by', 'x-timer',
  'via', 'alt-svc', 'retry-after', 'x-bandwidth-app-limited', 'x-bandwidth-est-app-limited', 'x-head-seqnum', 'x-sequence-num',
]);
/** Most of them, and the longest: what is longer is left out, since half of it could say something else. */
const LINES = 32;
const LINE_LIMIT = 1024;

/** @typedef {{ frameId: number, documentId?: string, initiator?: string }} Origin who asked; Firefox tells the frame only */

/**
 * Tells of every request of a tab.
 * @param {number} tabId
 * @param {(fact: any, details: Origin) => void} tell facts: src/wire.rs
 * @returns {() => void} stops it
 */
export function watchTab(tabId, tell) {
  const filter = { urls: ['<all_urls>'], tabId, types: TYPES };
  /** @type {[any, (details: any) => void][]} */
  const listeners = [];
  /** @param {any} event @param {(details: any) => any} fact @param {string[]} extra */
  const listen = (event, fact, extra = []) => {
    const listener = (/** @type {any} */ details) => {
      tell({ t: details.timeStamp, id: details.requestId, ...fact(details) }, details);
    };
    event.addListener(listener, filter, ...(extra.length > 0 ? [extra] : []));
    listeners.push([event, listener]);
  };
  listen(webRequest.onBeforeRequest, ({ url }) => ({ k: 'request', url: url.slice(0, URL_LIMIT) }));
  listen(
    webRequest.onResponseStarted,
    ({ statusCode, fromCache, responseHeaders, ip }) => ({
      k: 'response', status: statusCode, length: contentLength(responseHeaders), cached: Boolean(fromCache),
      headers: confessions(responseHeaders), ip: ip ?? null,
    }),
    ['responseHeaders'],
  );
  listen(webRequest.onCompleted, () => ({ k: 'completed' }));
  listen(webRequest.onErrorOccurred, ({ error }) => ({ k: 'failed', error }));
  return () => {
    for (const [event, listener] of listeners) event.removeListener(listener);
  };
}

/** Negative when absent. @param {{ name: string, value?: string }[] | undefined} headers */
function contentLength(headers) {
  const header = headers?.find(({ name }) => name.toLowerCase() === 'content-length');
  const length = Number.parseInt(header?.value ?? '', 10);
  return Number.isFinite(length) ? length : -1;
}

/** A line each. @param {{ name: string, value?: string }[] | undefined} headers */
export function confessions(headers) {
  const lines = (headers ?? []).flatMap(({ name, value }) => {
    const known = value !== undefined && CONFESSIONS.has(name.toLowerCase());
    return known ? [`${name.toLowerCase()}: ${value.replace(/\s*[\r\n]+\s*/g, ', ')}`] : [];
  });
  return lines.filter(({ length }) => length <= LINE_LIMIT).slice(0, LINES).join('\n');
}
