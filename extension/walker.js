// @ts-check
// What of an append leaves the page: the headers, not the media.
//
// Runs in the page's own world inside of `appendBuffer`, so it is small, does little, and after this module has
// loaded calls nothing that the page could have replaced: no method of an array, string or typed array, no getter,
// no `Math`. It knows where the elements of a container begin and end, and nothing of what they mean; all meaning
// is in `src/container/`, which also says what the bytes that `feed` gives back (a *head*) look like.

import { ADTS, MP3 } from './walker-audio.js';
import { MP4 } from './walker-mp4.js';
import { WEBM } from './walker-webm.js';

const { Uint8Array, Reflect: { apply } } = globalThis;
const bytesOf = Object.getPrototypeOf(Uint8Array.prototype);
const getter = (/** @type {string} */ name) => Object.getOwnPropertyDescriptor(bytesOf, name)?.get;
const lengthOf = /** @type {() => number} */ (getter('length'));
const bufferOf = /** @type {() => ArrayBuffer} */ (getter('buffer'));
const offsetOf = /** @type {() => number} */ (getter('byteOffset'));
const { set } = bytesOf;
const { toLowerCase, startsWith } = String.prototype;
/** @type {[]} */
const NONE = [];

/** Longest head; an append that has more to keep is given up. The same as in src/container/. */
const HEAD_LIMIT = (1 << 20) + 4096 + 1;
/** Longest header of all formats. */
const HEADER_LIMIT = 16;
/** Up to this many bytes a loop is quicker than a copy. */
const SHORT = 32;

/**
 * A container format. `read` looks at the header at `at`; nothing from `end` on may be looked at. It gives the
 * header's length, 0 when the header does not end before `end`, -1 when it cannot be followed; in `found` it leaves
 * how many bytes there are until the next header, and how many of these are kept: the first.
 * `startsAnew` tells whether these bytes look like a beginning that can be followed without what came before.
 * @typedef {{
 *   read: (bytes: Uint8Array, at: number, end: number, found: { skip: number, keep: number }) => number,
 *   startsAnew: (bytes: Uint8Array, end: number) => boolean,
 * }} Format
 */

/** What `read` found. One for all walkers, like `scratch`: one `feed` is done before another begins. */
const found = { skip: 0, keep: 0 };

// The heads that wait to be taken, one behind the other, and the one under way. Memory of its own for each would cost
// as much as all the walking, and that while the page waits. Grows to what HEAD_LIMIT and the probe's queue need (4 MiB).
let room = 16384;
let scratch = new Uint8Array(room);
let used = 0;

/** Where a head waits, in bytes of `scratch`. @typedef {{ from: number, size: number }} Waiting */

/** A head that waits, in memory of its own. @param {Waiting} head @returns {Uint8Array} */
export function headOf({ from, size }) {
  const head = new Uint8Array(size);
  if (size > 0) apply(set, head, [new Uint8Array(apply(bufferOf, scratch, NONE), from, size)]);
  return head;
}

/** All heads that wait were taken. */
export function forget() {
  used = 0;
}

/** Follows the container of one `SourceBuffer`, whatever it is. */
export class Walker {
  /** @type {Format | undefined} */
  #format;
  /** Bytes until the next header, and how many of these are kept. */
  #skip = 0;
  #keep = 0;
  /** The header under way, and how much of it is there. */
  #header = new Uint8Array(HEADER_LIMIT);
  #have = 0;
  /** Gave up: nothing is told until an initialisation segment begins. */
  #lost = false;

  /** @param {string} mime as given to `addSourceBuffer` or `changeType` */
  constructor(mime) {
    this.#format = formatOf(apply(toLowerCase, mime, NONE));
  }

  /**
   * Takes the bytes of an accepted append; their head waits until all are forgotten.
   * @param {Uint8Array} bytes
   * @returns {Waiting}
   */
  note(bytes) {
    const format = this.#format;
    const from = used;
    if (format === undefined) return { from, size: 0 };
    const end = apply(lengthOf, bytes, NONE);
    if (this.#lost && format.startsAnew(bytes, end)) this.reset();
    if (!this.#lost) used = this.#walk(format, bytes, end);
    return { from, size: used - from };
  }

  /** As `note`, but gives the head at once. @param {Uint8Array} bytes @returns {Uint8Array} */
  feed(bytes) {
    const waiting = this.note(bytes);
    used = waiting.from;
    return headOf(waiting);
  }

  /** `abort()`: whatever comes next begins anew. */
  reset() {
    this.#skip = 0;
    this.#keep = 0;
    this.#have = 0;
    this.#lost = false;
  }

  /**
   * Gathers the head in `scratch`, from `used` on.
   * @param {Format} format
   * @param {Uint8Array} bytes
   * @param {number} end
   * @returns {number} where it ends; at `used` when it gives up
   */
  #walk(format, bytes, end) {
    const header = this.#header;
    let skip = this.#skip;
    let keep = this.#keep;
    let to = used + 1;
    let at = 0;
    if (!reserve(to)) return this.#giveUp();
    scratch[used] = skip === 0 && this.#have === 0 ? 1 : 0;
    while (at < end) {
      if (keep > 0) {
        const here = keep < end - at ? keep : end - at;
        if (!reserve(to + here)) return this.#giveUp();
        copy(bytes, at, here, to);
        keep -= here;
        skip -= here;
        to += here;
        at += here;
      } else if (skip > 0) {
        const here = skip < end - at ? skip : end - at;
        skip -= here;
        at += here;
      } else {
        if (!reserve(to + HEADER_LIMIT)) return this.#giveUp();
        let length = this.#have === 0 ? format.read(bytes, at, end, found) : 0;
        if (length > 0) {
          copy(bytes, at, length, to);
          to += length;
          at += length;
        } else {
          // The append ends in this header, or the last one did.
          while (length === 0 && at < end) {
            scratch[to++] = header[this.#have++] = bytes[at++];
            length = format.read(header, 0, this.#have, found);
          }
          if (length === 0) break;
          this.#have = 0;
        }
        if (length < 0) return this.#giveUp();
        skip = found.skip;
        keep = found.keep;
      }
    }
    this.#skip = skip;
    this.#keep = keep;
    return to - used > HEAD_LIMIT ? this.#giveUp() : to;
  }

  #giveUp() {
    this.#lost = true;
    return used;
  }
}

/** @param {string} type in lower case */
function formatOf(type) {
  if (apply(startsWith, type, ['video/mp4']) || apply(startsWith, type, ['audio/mp4'])) return MP4;
  if (apply(startsWith, type, ['video/webm']) || apply(startsWith, type, ['audio/webm'])) return WEBM;
  if (apply(startsWith, type, ['audio/aac'])) return ADTS;
  if (apply(startsWith, type, ['audio/mpeg'])) return MP3;
  return undefined;
}

/**
 * Copies `length` bytes to `scratch`, where there is room for them.
 * @param {Uint8Array} bytes
 * @param {number} at
 * @param {number} length
 * @param {number} to
 */
function copy(bytes, at, length, to) {
  if (length <= SHORT) {
    for (let i = 0; i < length; i += 1) scratch[to + i] = bytes[at + i];
  } else {
    const from = new Uint8Array(apply(bufferOf, bytes, NONE), apply(offsetOf, bytes, NONE) + at, length);
    apply(set, scratch, [from, to]);
  }
}

/**
 * Makes `scratch` hold `size` bytes.
 * @param {number} size
 * @returns {boolean} false if that is beyond the limit
 */
function reserve(size) {
  if (size <= room) return true;
  if (size - used > HEAD_LIMIT + HEADER_LIMIT) return false;
  while (room < size) room *= 2;
  const larger = new Uint8Array(room);
  apply(set, larger, [scratch]);
  scratch = larger;
  return true;
}
