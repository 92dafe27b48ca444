// @ts-check
// Looks on while the page turns a manifest into text: reads `responseText` or `response` of a request, or decodes bytes
// that `fetch` brought. It is told what the page got, after the page's own read; nothing is fetched, read or decoded a
// second time, and no promise is touched (to look at one is to handle its rejection, which the page could notice).

const { Reflect: { apply }, TextDecoder, XMLHttpRequest } = globalThis;
const { get: weakGet, set: weakSet, delete: weakDelete } = WeakMap.prototype;
const { startsWith, trimStart, slice, indexOf } = String.prototype;
const { prototype } = XMLHttpRequest;
const getter = (/** @type {string} */ name) =>
  /** @type {() => any} */ (Object.getOwnPropertyDescriptor(prototype, name)?.get);
const readyState = getter('readyState');
const responseURL = getter('responseURL');
const DONE = 4;

/** Longest manifest handed over, in UTF-16 units: src/manifest/. */
const TEXT_LIMIT = 256 << 10;
/** Where in an XML document its root element begins, at most: before it are comments. */
const ROOT_WITHIN = 2048;
const URL_LIMIT = 4096;

/**
 * @param {{
 *   method: (owner: object, name: string, seen: (t: number, self: any, args: any[], result: any) => void) => void,
 *   getter: (owner: object, name: string, seen: (t: number, self: any, value: any) => void) => void,
 *   tell: (fact: any) => void,
 * }} host `method` and `getter` look on at a method and at an accessor of the page's
 */
export function watchManifests(host) {
  /** Requests whose text was handed over → that text: a page may read it several times. */
  const known = new WeakMap();

  const read = (/** @type {number} */ t, /** @type {XMLHttpRequest} */ request, /** @type {any} */ text) => {
    if (!isManifest(text) || apply(readyState, request, []) !== DONE) return;
    if (apply(weakGet, known, [request]) === text) return;
    apply(weakSet, known, [request, text]);
    tell(t, apply(responseURL, request, []), text);
  };
  host.getter(prototype, 'responseText', read);
  host.getter(prototype, 'response', read);
  // Whose bytes these are is not to be seen here. A stream comes in pieces, of which one alone is no manifest.
  host.method(TextDecoder.prototype, 'decode', (t, _, args, text) => {
    if (args.length < 2 && isManifest(text)) tell(t, '', text);
  });

  return {
    /** The request begins anew. @param {XMLHttpRequest} request */
    reopened: (request) => void apply(weakDelete, known, [request]),
  };

  /** @param {number} t @param {string} url @param {string} text */
  function tell(t, url, text) {
    host.tell({ k: 'manifest', t, url: apply(slice, url, [0, URL_LIMIT]), text });
  }
}

/** @param {any} text */
function isManifest(text) {
  if (typeof text !== 'string' || text.length > TEXT_LIMIT) return false;
  if (apply(startsWith, text, ['#EXTM3U'])) return true;
  const head = apply(trimStart, apply(slice, text, [0, ROOT_WITHIN]), []);
  return apply(startsWith, head, ['<']) && apply(indexOf, head, ['<MPD']) !== -1;
}
