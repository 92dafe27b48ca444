// @ts-check
// Whystall: the walker of the probe, and the readers of the core in WebAssembly, as the extension has them.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Walker } from '../../extension/walker.js';
import { root } from '../media.mjs';

const core = path.join(root, 'target/bench-wasm');
const { Reader, initSync } = await import(path.join(core, 'whystall_bench.js'));
initSync({ module: await readFile(path.join(core, 'whystall_bench_bg.wasm')) });

export const name = 'whystall';
export const version = 'this build';
export const does = 'finds every span the media segment fills, as the browser will buffer it: presentation times, key frames, edit lists, splits across appends';

/** @param {import('../media.mjs').Media} media @returns {import('./peer.mjs').Read} */
export function open({ mime, init }) {
  const walker = new Walker(mime);
  const reader = new Reader(mime);
  const append = (/** @type {Uint8Array} */ bytes) => reader.append(walker.feed(bytes), bytes.length);
  append(init);
  return (bytes) => {
    append(bytes);
    return { start: reader.start() / 1e6, end: reader.end() / 1e6 };
  };
}
