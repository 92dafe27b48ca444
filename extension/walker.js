// @ts-check
// What of an append leaves the page: the headers, not the media.
//
// Runs in the page's own world inside of `appendBuffer`, so it is small, does little, and after this module has
// loaded calls nothing that the page could have replaced: no method of an array, string or typed array, no getter,
// no `Math`. It knows where boxes begin and end, and nothing of what they mean; all meaning is in
// `src/container/`, which also says what the bytes that `feed` gives back (a *head*) look like.

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

const FTYP = 0x66747970;
const MOOF = 0x6d6f6f66;
const MOOV = 0x6d6f6f76;

// The same limits as in src/container/; a longer box is nothing a player streams.
const MOOV_LIMIT = 1 << 20;
const MOOF_LIMIT = 256 << 10;
/** Longest head; an append that has more to keep is given up. */
const HEAD_LIMIT = (1 << 20) + 4096 + 1;

// Shared by all walkers, for one `feed` is done before another begins. Grows to what HEAD_LIMIT needs (2 MiB).
let room = 4096;
let scratch = new Uint8Array(room);

/** Follows the container of one `SourceBuffer`, whatever it is. */
export class Walker {
  #walker;

  /** @param {string} mime as given to `addSourceBuffer` or `changeType` */
  constructor(mime) {
    this.#walker = isMp4(mime) ? new BoxWalker() : undefined;
  }

  /**
   * Takes the bytes of an accepted append; gives their head, in memory of its own.
   * @param {Uint8Array} bytes
   * @returns {Uint8Array}
   */
  feed(bytes) {
    return this.#walker === undefined ? new Uint8Array(0) : this.#walker.feed(bytes);
  }

  /** `abort()`: whatever comes next begins anew. */
  reset() {
    this.#walker?.reset();
  }
}

/** ISO base media file format: keeps all box headers and the whole of `moov` and `moof`. */
class BoxWalker {
  /** Bytes still to come of the box under way. */
  #left = 0;
  /** Whether they are kept. */
  #keeps = false;
  /** The header under way, and how much of it is there. */
  #header = new Uint8Array(16);
  #have = 0;
  /** Gave up: nothing is told until an append begins with `ftyp` or `moov`. */
  #lost = false;

  /** @param {Uint8Array} bytes */
  feed(bytes) {
    const end = apply(lengthOf, bytes, NONE);
    if (this.#lost && startsAnew(bytes, end)) this.reset();
    const size = this.#lost ? 0 : this.#walk(bytes, end);
    const head = new Uint8Array(size);
    if (size > 0) apply(set, head, [new Uint8Array(apply(bufferOf, scratch, NONE), 0, size)]);
    return head;
  }

  reset() {
    this.#left = 0;
    this.#have = 0;
    this.#lost = false;
  }

  /**
   * Gathers the head in `scratch`.
   * @param {Uint8Array} bytes
   * @param {number} end
   * @returns {number} its size; 0 when it gives up
   */
  #walk(bytes, end) {
    const header = this.#header;
    let size = 1;
    let at = 0;
    scratch[0] = this.#left === 0 && this.#have === 0 ? 1 : 0;
    while (at < end) {
      if (this.#left > 0) {
        const here = this.#left < end - at ? this.#left : end - at;
        if (this.#keeps) {
          if (!reserve(size + here)) return this.#giveUp();
          const from = new Uint8Array(apply(bufferOf, bytes, NONE), apply(offsetOf, bytes, NONE) + at, here);
          apply(set, scratch, [from, size]);
          size += here;
        }
        this.#left -= here;
        at += here;
        continue;
      }
      if (!reserve(size + 16)) return this.#giveUp();
      if (this.#have === 0 && end - at >= 16) {
        const length = headerSize(bytes, at);
        if (!this.#enter(bytes, at, length)) return this.#giveUp();
        for (const payload = at + length; at < payload;) scratch[size++] = bytes[at++];
      } else {
        // The append may end in this header.
        scratch[size++] = header[this.#have++] = bytes[at++];
        const complete = this.#have >= 8 && this.#have === headerSize(header, 0);
        if (complete && !this.#enter(header, 0, this.#have)) return this.#giveUp();
      }
    }
    return size > HEAD_LIMIT ? this.#giveUp() : size;
  }

  /**
   * Takes up the box with this header; false if it cannot be followed.
   * @param {Uint8Array} bytes
   * @param {number} at
   * @param {number} length
   */
  #enter(bytes, at, length) {
    const type = number(bytes, at + 4);
    let size = number(bytes, at);
    if (size === 0) size = Infinity;
    else if (size === 1) size = number(bytes, at + 8) * 2 ** 32 + number(bytes, at + 12);
    this.#have = 0;
    this.#keeps = type === MOOV || type === MOOF;
    this.#left = size - length;
    return size >= length && !(type === MOOV && size > MOOV_LIMIT) && !(type === MOOF && size > MOOF_LIMIT);
  }

  #giveUp() {
    this.#lost = true;
    return 0;
  }
}

/** @param {string} mime */
function isMp4(mime) {
  const type = apply(toLowerCase, mime, NONE);
  return apply(startsWith, type, ['video/mp4']) || apply(startsWith, type, ['audio/mp4']);
}

/**
 * Whether these bytes are the beginning of an initialisation segment.
 * @param {Uint8Array} bytes
 * @param {number} end
 */
function startsAnew(bytes, end) {
  if (end < 8) return false;
  const type = number(bytes, 4);
  return type === FTYP || type === MOOV;
}

/**
 * @param {Uint8Array} bytes
 * @param {number} at
 */
function headerSize(bytes, at) {
  return number(bytes, at) === 1 ? 16 : 8;
}

/**
 * The big-endian number of four bytes at `at`.
 * @param {Uint8Array} bytes
 * @param {number} at
 */
function number(bytes, at) {
  return bytes[at] * 2 ** 24 + (bytes[at + 1] << 16) + (bytes[at + 2] << 8) + bytes[at + 3];
}

/**
 * Makes `scratch` hold `size` bytes.
 * @param {number} size
 * @returns {boolean} false if that is beyond the limit
 */
function reserve(size) {
  if (size <= room) return true;
  if (size > HEAD_LIMIT + 16) return false;
  while (room < size) room *= 2;
  const larger = new Uint8Array(room);
  apply(set, larger, [scratch]);
  scratch = larger;
  return true;
}
