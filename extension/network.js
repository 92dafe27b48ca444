// @ts-check
// What the browser sees of a tab's requests. Listens to one tab at a time, and only while a frame there asks for it,
// so that no other page's requests reach this script.

import { lengthOf } from './beside.js';

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
/** Longest that a player says of itself, as src/header/cmcd.rs also has it. */
const CLAIM_LIMIT = 4096;

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
  // With what it was asked stays here (check.js): src/wire.rs does not know it.
  listen(webRequest.onBeforeRequest, ({ url, method }) => ({ k: 'request', url: url.slice(0, URL_LIMIT), method }));
  // Few players say anything of themselves, and of requests that don't nothing is told.
  const said = (/** @type {any} */ details) => {
    const text = claims(details.requestHeaders);
    if (text) tell({ k: 'claims', t: details.timeStamp, id: details.requestId, text }, details);
  };
  webRequest.onSendHeaders.addListener(said, filter, ['requestHeaders']);
  listeners.push([webRequest.onSendHeaders, said]);
  listen(
    webRequest.onResponseStarted,
    ({ statusCode, fromCache, responseHeaders, ip }) => ({
      k: 'response', status: statusCode, length: lengthOf(responseHeaders) ?? -1, cached: Boolean(fromCache),
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

/** Common Media Client Data, which players send in up to four headers (CTA-5004 §3.2). @param {{ name: string, value?: string }[] | undefined} headers */
export function claims(headers) {
  const own = (headers ?? []).filter(({ name, value }) => value !== undefined && /^cmcd-(object|request|session|status)$/i.test(name));
  const text = own.map(({ value }) => value).join(',');
  return text.length <= CLAIM_LIMIT ? text : '';
}

/** A line each. @param {{ name: string, value?: string }[] | undefined} headers */
export function confessions(headers) {
  const lines = (headers ?? []).flatMap(({ name, value }) => {
    const known = value !== undefined && CONFESSIONS.has(name.toLowerCase());
    return known ? [`${name.toLowerCase()}: ${value.replace(/\s*[\r\n]+\s*/g, ', ')}`] : [];
  });
  return lines.filter(({ length }) => length <= LINE_LIMIT).slice(0, LINES).join('\n');
}
