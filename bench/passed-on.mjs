// @ts-check
// How many of the media's bytes the walker passes on to the extension, and that it is no more for twice the bit rate.
import { Walker } from '../extension/walker.js';
import { makeMedia } from './media.mjs';

/** [P] of issue 3, %. */
const SHARE = 1;
/** [P] Twice the bit rate may pass on this many times the bytes; 2 would be in proportion. Longer blocks have longer sizes
 * in WebM, by a byte each at most, and an encoder may leave frames out at a low rate. */
const GROWTH = 1.2;

/** @param {{ quick: boolean }} options */
export async function run({ quick }) {
  const rows = [];
  for (const name of quick ? ['fmp4-2s'] : ['fmp4-2s', 'webm-2s']) {
    const [full, half] = await makeMedia(name, `${name}-half`);
    const [more, less] = [passedOn(full), passedOn(half)];
    rows.push({ what: `${full.what}: share of the media`, unit: '%', value: more.share * 100, target: { most: SHARE }, note: 'bytes of the heads by bytes appended' });
    rows.push({ what: `${half.what}: share of the media`, unit: '%', value: less.share * 100, target: { most: SHARE } });
    // Were it proportional to the payload, it would be the ratio of the bit rates.
    const growth = more.bytes / less.bytes;
    const note = `the media itself is ${(size(full) / size(half)).toFixed(2)} times as long`;
    rows.push({ what: `${full.what}: bytes passed on, by those at half the rate`, unit: '×', value: growth, target: { most: GROWTH }, note });
  }
  for (const media of quick ? [] : await makeMedia('fmp4-sound', 'webm-sound')) {
    const { bytes, share } = passedOn(media);
    rows.push({ what: `${media.what}: share of the media`, unit: '%', value: share * 100, note: 'sound alone is above 1 %: each frame of 20 ms has a header and little payload; beside its pictures it is not a tenth of a per cent of the media' });
    rows.push({ what: `${media.what}: passed on each second`, unit: 'bytes', value: bytes / media.segments.length / 2 });
  }
  return rows;
}

/** @param {import('./media.mjs').Media} media */
function passedOn(media) {
  const walker = new Walker(media.mime);
  walker.feed(media.init);
  const bytes = media.segments.reduce((sum, segment) => sum + walker.feed(segment).length, 0);
  return { bytes, share: bytes / size(media) };
}

/** @param {import('./media.mjs').Media} media */
const size = (media) => media.segments.reduce((sum, { length }) => sum + length, 0);
