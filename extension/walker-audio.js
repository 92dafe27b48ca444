// @ts-check
// Raw audio, for walker.js and by its rules: frames and tags leave their headers. The same as src/container/audio.rs.

/** Kilobits a second of MPEG audio layer III, by the index in its header: MPEG 1, and MPEG 2 and 2.5. */
const BITRATES_1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const BITRATES_2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
/** Samples a second of MPEG 1 by the index in its header; MPEG 2 has half, MPEG 2.5 a quarter of them. */
const RATES = [44100, 48000, 32000];

/** AAC in ADTS. @type {import('./walker.js').Format} */
export const ADTS = {
  read(bytes, at, end, found) {
    const tag = id3(bytes, at, end, found);
    if (tag >= 0) return tag;
    if (end - at < 7) return 0;
    if (bytes[at] !== 0xff || (bytes[at + 1] & 0xf6) !== 0xf0) return -1;
    found.keep = 0;
    found.skip = ((bytes[at + 3] & 3) << 11) + (bytes[at + 4] << 3) + (bytes[at + 5] >> 5) - 7;
    return found.skip < 0 ? -1 : 7;
  },
  startsAnew: (bytes, end) => end > 0 && (bytes[0] === 0xff || bytes[0] === 0x49),
};

/** MP3. @type {import('./walker.js').Format} */
export const MP3 = {
  read(bytes, at, end, found) {
    const tag = id3(bytes, at, end, found);
    if (tag >= 0) return tag;
    if (end - at < 4) return 0;
    // Layer III of MPEG 1 (3), 2 (2) or 2.5 (0).
    const version = (bytes[at + 1] >> 3) & 3;
    const bitrate = bytes[at + 2] >> 4;
    const rate = (bytes[at + 2] >> 2) & 3;
    const isFrame = bytes[at] === 0xff && (bytes[at + 1] & 0xe6) === 0xe2 && version !== 1;
    if (!isFrame || bitrate === 0 || bitrate === 15 || rate === 3) return -1;
    const padding = (bytes[at + 2] >> 1) & 1;
    const divisor = version === 3 ? 1 : version === 2 ? 2 : 4;
    const bits = version === 3 ? 144 * BITRATES_1[bitrate] : 72 * BITRATES_2[bitrate];
    found.keep = 0;
    found.skip = (((bits * 1000 * divisor) / RATES[rate]) | 0) + padding - 4;
    return 4;
  },
  startsAnew: (bytes, end) => end > 0 && (bytes[0] === 0xff || bytes[0] === 0x49),
};

/**
 * An ID3v2 tag, as players leave in front of a media segment: as `read`, but -1 for anything else.
 * @param {Uint8Array} bytes
 * @param {number} at
 * @param {number} end
 * @param {{ skip: number, keep: number }} found
 */
function id3(bytes, at, end, found) {
  if (bytes[at] !== 0x49) return -1;
  if (end - at < 10) return 0;
  found.keep = 0;
  found.skip = (bytes[at + 6] & 127) * 2 ** 21 + ((bytes[at + 7] & 127) << 14) + ((bytes[at + 8] & 127) << 7) + (bytes[at + 9] & 127);
  return 10;
}
