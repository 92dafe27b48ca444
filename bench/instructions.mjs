// @ts-check
// Instructions that the native reader takes for a media segment: valgrind counts those of two runs that differ only in
// how often the segments are read; the rest cancels out. What is read is what the walker passed on. The walker is
// JavaScript and not in it; nor is anything the core makes of the spans found.
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { Walker } from '../extension/walker.js';
import { makeMedia, root } from './media.mjs';

const program = path.join(root, 'target/release/read-heads');
/** [P] of issue 3: instructions for two seconds. */
const MOST = 3000;
const ROUNDS = [100, 1100];

/** @param {{ quick: boolean }} options */
export async function run({ quick }) {
  const rows = [];
  const names = quick ? ['fmp4-2s'] : ['fmp4-2s', 'fmp4-6s', 'fmp4-sound', 'webm-2s', 'webm-sound'];
  for (const media of await makeMedia(...names)) {
    const file = await writeHeads(media);
    const what = `${media.what}: instructions for a media segment`;
    const two = media.name.includes('6s') ? {} : { target: { most: MOST } };
    const counts = await Promise.all(ROUNDS.map((rounds) => count(file, rounds))).catch((error) => String(error.message).split('\n')[0]);
    if (typeof counts === 'string') {
      rows.push({ what, unit: '', value: null, ...two, note: `SKIP: valgrind could not count (${counts})` });
      continue;
    }
    const each = (counts[1] - counts[0]) / (ROUNDS[1] - ROUNDS[0]) / media.segments.length;
    rows.push({ what, unit: '', value: Math.round(each), ...two, note: 'from the bytes of the walker to the spans, release build' });
    const { stdout } = await promisify(execFile)(program, [file, quick ? '1000' : '20000']);
    rows.push({ what: `${media.what}: time for a media segment`, unit: 'ns', value: JSON.parse(stdout).ns, note: 'the same natively, warm' });
  }
  return rows;
}

/** What the walker passes on, for `read-heads`. @param {import('./media.mjs').Media} media */
async function writeHeads({ name, mime, init, segments }) {
  const walker = new Walker(mime);
  const number = (/** @type {number} */ value) => new Uint8Array(new Uint32Array([value]).buffer);
  const parts = [number(mime.length), new TextEncoder().encode(mime)];
  for (const bytes of [init, ...segments]) {
    const head = walker.feed(bytes);
    parts.push(number(bytes.length), number(head.length), head);
  }
  const file = path.join(root, 'target/bench-media', `${name}.heads`);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, Buffer.concat(parts));
  return file;
}

/** @param {string} file @param {number} rounds */
async function count(file, rounds) {
  const valgrind = ['--tool=callgrind', '--callgrind-out-file=/dev/null', program, file, String(rounds)];
  const { stdout, stderr } = await promisify(execFile)('valgrind', valgrind);
  if (JSON.parse(stdout).spans === 0) throw new Error('nothing was read');
  return Number(/Collected : (\d+)/.exec(stderr)?.[1]);
}
