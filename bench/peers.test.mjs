// What is raced must do the same work: on the demo's stream, Whystall and its peers find the same.
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import { makeStream, STREAM } from '../demo/stream.mjs';
import { run } from './headers.mjs';
import { root } from './media.mjs';
import * as hls from './peers/hls.mjs';
import * as mediabunny from './peers/mediabunny.mjs';
import * as shaka from './peers/shaka.mjs';
import * as whystall from './peers/whystall.mjs';

/** Microseconds that we round to, and then some for floating point, seconds. */
const ROUNDING = 2e-6;

describe('on the stream of the demo', () => {
  for (const { name } of [...STREAM.video, STREAM.audio]) {
    for (const peer of [hls, shaka, mediabunny]) {
      test(`${peer.name} and Whystall agree about ${name}`, async () => {
        const media = await load(name);
        const [theirs, ours] = [peer.open(media), whystall.open(media)];
        // The first is cut at zero by the browser, and so by us.
        const [, ...rest] = media.segments;
        ours(media.segments[0]);
        // The edit list moves all of a track alike. The players leave that to the browser; mediabunny rounds it.
        let shift;
        for (const segment of rest) {
          const [a, b] = [await theirs(segment), await ours(segment)];
          assert.ok(b.end > b.start, 'nothing was found');
          shift ??= a.start - b.start;
          assert.ok(Math.abs(a.start - b.start - shift) <= ROUNDING, `starts ${a.start} and ${b.start}`);
          assert.ok(Math.abs(a.end - b.end - shift) <= ROUNDING, `ends ${a.end} and ${b.end}`);
        }
        // No more than the delay of B-frames or the priming of AAC.
        assert.ok(Math.abs(shift) < 0.1, `shifted by ${shift} s`);
      });
    }
  }
});

test('a race runs, and every answer in it is the same', async () => {
  const rows = await run({ quick: true });
  assert.ok(rows.length > 10);
  for (const { what, value } of rows) assert.ok(value > 0, what);
});

/** A rendition of the demo's stream. */
async function load(name) {
  const { dir } = await makeStream(path.join(root, 'target/demo-stream'));
  const files = (await readdir(path.join(dir, name))).sort();
  const read = async (file) => new Uint8Array(await readFile(path.join(dir, name, file)));
  const segments = files.filter((file) => file.endsWith('.m4s'));
  const mime = name === STREAM.audio.name ? 'audio/mp4' : 'video/mp4';
  return { name, what: name, mime, init: await read(files.find((file) => file.endsWith('.mp4'))), segments: await Promise.all(segments.map(read)) };
}
