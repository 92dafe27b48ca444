// @ts-check
// ISO base media file format, for walker.js and by its rules: boxes leave their headers, `moov` and `moof` all.

const FTYP = 0x66747970;
const MOOF = 0x6d6f6f66;
const MOOV = 0x6d6f6f76;

// The same limits as in src/container/isobmff/; a longer box is nothing a player streams.
const MOOV_LIMIT = 1 << 20;
const MOOF_LIMIT = 256 << 10;

/** @type {import('./walker.js').Format} */
export const MP4 = {
  read(bytes, at, end, found) {
    if (end - at < 8) return 0;
    let size = number(bytes, at);
    let length = 8;
    if (size === 0) size = Infinity;
    else if (size === 1) {
      if (end - at < 16) return 0;
      size = number(bytes, at + 8) * 2 ** 32 + number(bytes, at + 12);
      length = 16;
    }
    const type = number(bytes, at + 4);
    if (size < length || (type === MOOV && size > MOOV_LIMIT) || (type === MOOF && size > MOOF_LIMIT)) return -1;
    found.skip = size - length;
    found.keep = type === MOOV || type === MOOF ? found.skip : 0;
    return length;
  },

  startsAnew(bytes, end) {
    if (end < 8) return false;
    const type = number(bytes, 4);
    return type === FTYP || type === MOOV;
  },
};

/**
 * The big-endian number of four bytes at `at`.
 * @param {Uint8Array} bytes
 * @param {number} at
 */
function number(bytes, at) {
  return bytes[at] * 2 ** 24 + (bytes[at + 1] << 16) + (bytes[at + 2] << 8) + bytes[at + 3];
}
