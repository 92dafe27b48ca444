// @ts-check
// What the browser sees of a tab's requests. Listens to one tab at a time, and only while a frame there asks for it,
// so that no other page's requests reach this script.

const api = globalThis.browser ?? globalThis.chrome;
const { webRequest } = api;

/** What `fetch` and `XMLHttpRequest` are called; some fetches are `other`. */
const TYPES = ['xmlhttprequest', 'other'];
const URL_LIMIT = 4096;

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
    ({ statusCode, fromCache, responseHeaders }) => ({
      k: 'response', status: statusCode, length: contentLength(responseHeaders), cached: Boolean(fromCache),
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
