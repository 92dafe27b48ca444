// @ts-check
// Looks on while the page turns a manifest into text: reads `responseText` or `response` of a request, or decodes bytes
// that `fetch` brought. It is told what the page got, after the page's own read; nothing is fetched, read or decoded a
// second time, and no promise is touched (to look at one is to handle its rejection, which the page could notice).

const { Reflect: { apply }, TextDecoder, XMLHttpRequest } = globalThis;
const { get: weakGet, set: weakSet, delete: weakDelete } = WeakMap.prototype;
const { startsWith, trimStart, slice, indexOf, lastIndexOf } = String.prototype;
const { prototype } = XMLHttpRequest;
const getter = (/** @type {string} */ name) =>
  /** @type {() => any} */ (Object.getOwnPropertyDescriptor(prototype, name)?.get);
const readyState = getter('readyState');
const responseURL = getter('responseURL');
const DONE = 4;

/** Longest manifest handed over, in UTF-16 units, and the line that stands for what was left out: src/manifest/. */
const TEXT_LIMIT = 256 << 10;
const CUT = '\n#WHYSTALL-CUT\n';
/** Of a longer playlist of media segments so much of its beginning, which says what it is, and of its end, where what is new is. */
const BEGINNING = 4 << 10;
const END = 12 << 10;
/** Of a film, which is read once, the names of its first thousand media segments, as long as they usually are. */
const BEGINNING_OF_FILM = 64 << 10;
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
    const handed = shortened(text);
    if (handed.length > TEXT_LIMIT) return;
    host.tell({ k: 'manifest', t, url: apply(slice, url, [0, URL_LIMIT]), text: handed });
  }
}

/** @param {any} text */
function isManifest(text) {
  if (typeof text !== 'string') return false;
  if (apply(startsWith, text, ['#EXTM3U'])) return true;
  const head = apply(trimStart, apply(slice, text, [0, ROOT_WITHIN]), []);
  return apply(startsWith, head, ['<']) && apply(indexOf, head, ['<MPD']) !== -1;
}

/** A live playlist is read every few seconds, and can go back for hours. @param {string} text */
function shortened(text) {
  if (text.length <= BEGINNING + END) return text;
  const end = apply(slice, text, [-END]);
  const film = apply(indexOf, end, ['#EXT-X-ENDLIST']) !== -1;
  const beginning = apply(slice, text, [0, film ? BEGINNING_OF_FILM : BEGINNING]);
  if (beginning.length + end.length >= text.length || apply(indexOf, beginning, ['#EXTINF']) === -1) return text;
  // Whole lines.
  const from = apply(indexOf, end, ['\n']);
  if (from === -1) return text;
  return apply(slice, beginning, [0, apply(lastIndexOf, beginning, ['\n'])]) + CUT + apply(slice, end, [from + 1]);
}
