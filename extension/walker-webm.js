// @ts-check
// WebM, for walker.js and by its rules: elements leave their headers, numbers all, blocks where they belong.
//
// The containers of what matters are walked into, so the elements come as one flat row, and it is the same whether
// the size of a Segment or Cluster is known. src/container/webm.rs keeps the same of each element.

const EBML = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const INFO = 0x1549a966;
const TRACKS = 0x1654ae6b;
const TRACK_ENTRY = 0xae;
const CLUSTER = 0x1f43b675;
const BLOCK_GROUP = 0xa0;
const BLOCK = 0xa1;
const SIMPLE_BLOCK = 0xa3;

/** Of a block: track, time and flags. */
const BLOCK_HEADER = 4;
/** Longest element that is kept whole, in bytes: what a number can have. */
const NUMBER = 8;

/** Unknown sizes, by the bytes they take: all ones. */
const UNKNOWN = [0, 127, 2 ** 14 - 1, 2 ** 21 - 1, 2 ** 28 - 1, 2 ** 35 - 1, 2 ** 42 - 1, 2 ** 49 - 1, 2 ** 56];
/** Sizes from here on are given up: they are more than a number can hold exactly. */
const SIZE_LIMIT = 2 ** 53;

const { clz32 } = Math;

/** @type {import('./walker.js').Format} */
export const WEBM = {
  read(bytes, at, end, found) {
    if (at >= end) return 0;
    const idLength = lengthAt(bytes, at);
    if (idLength > 4) return -1;
    if (end - at <= idLength) return 0;
    const sizeLength = lengthAt(bytes, at + idLength);
    if (sizeLength > 8) return -1;
    const length = idLength + sizeLength;
    if (end - at < length) return 0;

    let id = 0;
    for (let i = 0; i < idLength; i += 1) id = (id << 8) | bytes[at + i];
    found.skip = 0;
    found.keep = 0;
    if (isWalkedInto(id)) return length;

    let size = bytes[at + idLength] - (1 << (8 - sizeLength));
    for (let i = idLength + 1; i < length; i += 1) size = size * 256 + bytes[at + i];
    // Only what is walked into may be of unknown size.
    if (size === UNKNOWN[sizeLength] || size >= SIZE_LIMIT) return -1;
    const keep = id === SIMPLE_BLOCK || id === BLOCK ? BLOCK_HEADER : NUMBER;
    found.skip = size;
    if (size <= keep) found.keep = size;
    else if (keep === BLOCK_HEADER) found.keep = keep;
    return length;
  },

  startsAnew(bytes, end) {
    return end >= 4 && bytes[0] * 2 ** 24 + (bytes[1] << 16) + (bytes[2] << 8) + bytes[3] === EBML;
  },
};

/** @param {number} id */
function isWalkedInto(id) {
  return id === SEGMENT || id === CLUSTER || id === BLOCK_GROUP || id === INFO || id === TRACKS || id === TRACK_ENTRY;
}

/**
 * Bytes of the variable-length number at `at`: its leading zero bits and one; 9 for a byte without any bit.
 * @param {Uint8Array} bytes
 * @param {number} at
 */
function lengthAt(bytes, at) {
  return clz32(bytes[at]) - 23;
}
