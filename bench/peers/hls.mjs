// @ts-check
// hls.js: `getSampleData`, with which it finds start and end of every fMP4 media segment before it appends it. Not
// exported by its bundle, so taken from the sources in the same package.
import { build } from 'esbuild';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../media.mjs';
import { versionOf } from './peer.mjs';

const bundle = path.join(root, 'target/bench-peers/hls-mp4-tools.mjs');
await build({
  entryPoints: [path.join(root, 'bench/node_modules/hls.js/src/utils/mp4-tools.ts')],
  outfile: bundle,
  bundle: true,
  format: 'esm',
  platform: 'neutral',
  mainFields: ['module', 'main'],
  // The build-time switches of its usual bundle that this part needs.
  define: { __USE_IFRAMES__: 'true', __USE_M2TS_ADVANCED_CODECS__: 'true', __USE_MEDIA_CAPABILITIES__: 'true', self: 'globalThis' },
  external: ['@svta/*'],
  plugins: [{
    name: 'only-what-is-measured',
    setup(build) {
      // Neither fragments nor ID3 play a part in reading boxes; their modules draw in the whole player.
      build.onResolve({ filter: /loader\/fragment$/ }, () => ({ path: 'fragment', namespace: 'stub' }));
      build.onResolve({ filter: /cml-id3$/ }, () => ({ path: 'id3', namespace: 'stub' }));
      build.onLoad({ filter: /fragment/, namespace: 'stub' }, () => ({
        contents: "export const ElementaryStreamTypes = { AUDIO: 'audio', VIDEO: 'video', AUDIOVIDEO: 'audiovideo' };",
      }));
      build.onLoad({ filter: /id3/, namespace: 'stub' }, () => ({ contents: "export const utf8ArrayToStr = () => '';" }));
    },
  }],
  logLevel: 'error',
});
const { getSampleData, parseInitSegment } = await import(pathToFileURL(bundle).href);

export const name = 'hls.js';
export const version = await versionOf('hls.js');
export const does = 'decode and presentation times, and the first key frame, of each track; the whole segment is in its hands, payload untouched';

const logger = { warn() {}, log() {}, debug() {}, info() {}, error() {}, trace() {} };

/** @param {import('../media.mjs').Media} media @returns {import('./peer.mjs').Read} */
export function open({ init }) {
  const tracks = parseInitSegment(init);
  return (bytes) => {
    for (const { ptsMin, ptsMax, timescale } of Object.values(getSampleData(bytes, tracks, {}, logger, false))) {
      return { start: ptsMin / timescale, end: ptsMax / timescale };
    }
    throw new Error('no track');
  };
}
