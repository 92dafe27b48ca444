// @ts-check
// mediabunny: a file is opened, its track found, first timestamp and end asked for. It reads files, not appends, so it is
// given initialisation and media segment as one, put together before the clock starts.
import { ALL_FORMATS, BufferSource, Input } from 'mediabunny';
import { versionOf } from './peer.mjs';

export const name = 'mediabunny';
export const version = await versionOf('mediabunny');
export const does = 'opens the initialisation segment each time, and makes an index of all samples to look packets up in';

/** @type {WeakMap<Uint8Array, Uint8Array>} */
const files = new WeakMap();

/** @param {import('../media.mjs').Media} media @returns {import('./peer.mjs').Read} */
export function open({ init, segments }) {
  for (const segment of segments) files.set(segment, new Uint8Array([...init, ...segment]));
  return async (bytes) => {
    const input = new Input({ source: new BufferSource(/** @type {Uint8Array} */ (files.get(bytes))), formats: ALL_FORMATS });
    const [track] = await input.getTracks();
    return { start: await track.getFirstTimestamp(), end: await track.computeDuration() };
  };
}
