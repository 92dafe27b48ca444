// @ts-check
// Shaka Player: its `Mp4Parser` and `Mp4BoxParsers`, used as its own `SegmentUtils.getStartTimeAndDurationFromMp4` does,
// and composition offsets taken in. From the sources in its package: the compiled bundle hides the box parsers.
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { runInThisContext } from 'node:vm';
import { root } from '../media.mjs';
import { versionOf } from './peer.mjs';

const lib = path.join(root, 'bench/node_modules/shaka-player/lib');
const { Mp4Parser, Mp4BoxParsers } = await load('shaka.util.Mp4Parser', 'shaka.util.Mp4BoxParsers');

export const name = 'shaka';
export const version = await versionOf('shaka-player');
export const does = 'an object of duration, size and offset for each sample; the whole segment is in its hands, payload untouched';

/** @param {import('../media.mjs').Media} media @returns {import('./peer.mjs').Read} */
export function open({ init }) {
  let timescale = 1;
  let usual = 0;
  const track = (/** @type {any} */ box) => (timescale = Mp4BoxParsers.parseMDHD(box.reader, box.version).timescale);
  const extends_ = (/** @type {any} */ box) => (usual = Mp4BoxParsers.parseTREX(box.reader).defaultSampleDuration);
  new Mp4Parser().box('moov', Mp4Parser.children).box('trak', Mp4Parser.children).box('mdia', Mp4Parser.children)
    .fullBox('mdhd', track).box('mvex', Mp4Parser.children).fullBox('trex', extends_).parse(init);

  return (bytes) => {
    let decoded = 0;
    let duration = usual;
    let start = Infinity;
    let end = -Infinity;
    new Mp4Parser().boxes(Mp4Parser.FRAGMENT_PATH, Mp4Parser.children)
      .fullBox('tfhd', (/** @type {any} */ box) => {
        duration = Mp4BoxParsers.parseTFHD(box.reader, box.flags).defaultSampleDuration ?? usual;
      })
      .fullBox('tfdt', (/** @type {any} */ box) => {
        decoded = Mp4BoxParsers.parseTFDTInaccurate(box.reader, box.version).baseMediaDecodeTime;
      })
      .fullBox('trun', (/** @type {any} */ box) => {
        for (const sample of Mp4BoxParsers.parseTRUN(box.reader, box.version, box.flags).sampleData) {
          const presented = decoded + (sample.sampleCompositionTimeOffset ?? 0);
          const length = sample.sampleDuration ?? duration;
          if (presented < start) start = presented;
          if (presented + length > end) end = presented + length;
          decoded += length;
        }
        box.parser.stop();
      })
      .parse(bytes);
    return { start: start / timescale, end: end / timescale };
  };
}

/** Loads classes of Closure sources and what they need, without the player. @param {string[]} names */
async function load(...names) {
  const files = (await readdir(lib, { recursive: true })).filter((file) => file.endsWith('.js'));
  const sources = await Promise.all(files.map((file) => readFile(path.join(lib, file), 'utf8')));
  const providers = new Map(sources.flatMap((source) => [...source.matchAll(/^goog\.provide\('([^']+)'\);/gm)].map(([, provided]) => [provided, source])));
  const loaded = new Set();
  /** @type {any} */
  const global = globalThis;
  // As in the compiled bundle, where assertions and messages are left out.
  global.goog = { provide: reserve, require() {}, requireType() {}, asserts: { assert() {}, assertFunction() {} } };
  global.window ??= globalThis;
  reserve('shaka.log');
  for (const level of ['alwaysError', 'alwaysWarn', 'warning', 'error', 'info', 'debug', 'v1', 'v2']) global.shaka.log[level] = () => {};

  const need = (/** @type {string} */ provided) => {
    const source = providers.get(provided);
    if (!source || loaded.has(source) || provided.startsWith('goog.') || provided === 'shaka.log') return;
    loaded.add(source);
    for (const [, needed] of source.matchAll(/^goog\.require\('([^']+)'\);/gm)) need(needed);
    runInThisContext(source, { filename: provided });
  };
  for (const provided of names) need(provided);
  return global.shaka.util;
}

/** `goog.provide`. @param {string} dotted */
function reserve(dotted) {
  let place = /** @type {any} */ (globalThis);
  for (const part of dotted.split('.')) place = place[part] ??= {};
}
