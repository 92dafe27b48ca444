// @ts-check
// The media that is measured on: noise-like pictures and a tone, made once by ffmpeg, kept under target/, and cut
// into an initialisation segment and media segments as players append them.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');

/** 25 frames a second: whole milliseconds in WebM, so that every reader rounds alike. */
const FRAMES = 25;
const SECONDS = 12;

const picture = ['-f', 'lavfi', '-i', `testsrc2=size=1280x720:rate=${FRAMES},noise=alls=20:allf=t`];
const tone = ['-f', 'lavfi', '-i', 'sine=frequency=330:sample_rate=48000'];
const x264 = (kbps, seconds) => [
  '-c:v', 'libx264', '-preset', 'superfast', '-bf', '2', '-pix_fmt', 'yuv420p', '-b:v', `${kbps}k`, '-maxrate', `${kbps}k`,
  '-bufsize', `${kbps}k`, '-g', `${seconds * FRAMES}`, '-keyint_min', `${seconds * FRAMES}`, '-sc_threshold', '0',
];
const vp8 = (kbps, seconds) => [
  '-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '16', '-b:v', `${kbps}k`, '-g', `${seconds * FRAMES}`,
  '-keyint_min', `${seconds * FRAMES}`,
];
// As packagers write it: a fragment to each media segment, no edit list.
const fragments = ['-f', 'mp4', '-movflags', '+frag_keyframe+empty_moov+default_base_moof'];
const byTime = (seconds) => ['-f', 'mp4', '-movflags', '+empty_moov+default_base_moof', '-frag_duration', `${seconds}000000`];
const clusters = (seconds) => ['-f', 'webm', '-cluster_time_limit', `${seconds}000`];

/** @type {Record<string, { what: string, mime: string, make: string[] }>} */
const RECIPES = {
  'fmp4-2s': { what: 'fMP4, 2 s of H.264 at 4 Mbit/s', mime: 'video/mp4', make: [...picture, ...x264(4000, 2), ...fragments] },
  'fmp4-6s': { what: 'fMP4, 6 s of H.264 at 4 Mbit/s', mime: 'video/mp4', make: [...picture, ...x264(4000, 6), ...fragments] },
  'fmp4-2s-half': { what: 'fMP4, 2 s of H.264 at 2 Mbit/s', mime: 'video/mp4', make: [...picture, ...x264(2000, 2), ...fragments] },
  'fmp4-sound': { what: 'fMP4, 2 s of AAC at 128 kbit/s', mime: 'audio/mp4', make: [...tone, '-c:a', 'aac', '-b:a', '128k', ...byTime(2)] },
  'webm-2s': { what: 'WebM, 2 s of VP8 at 4 Mbit/s', mime: 'video/webm', make: [...picture, ...vp8(4000, 2), ...clusters(2)] },
  'webm-6s': { what: 'WebM, 6 s of VP8 at 4 Mbit/s', mime: 'video/webm', make: [...picture, ...vp8(4000, 6), ...clusters(6)] },
  'webm-2s-half': { what: 'WebM, 2 s of VP8 at 2 Mbit/s', mime: 'video/webm', make: [...picture, ...vp8(2000, 2), ...clusters(2)] },
  'webm-sound': { what: 'WebM, 2 s of Opus at 128 kbit/s', mime: 'audio/webm', make: [...tone, '-c:a', 'libopus', '-b:a', '128k', ...clusters(2)] },
};

/**
 * @typedef {object} Media
 * @property {string} name
 * @property {string} what
 * @property {string} mime
 * @property {Uint8Array} init
 * @property {Uint8Array[]} segments each in memory of its own, as a response is
 */

/**
 * Makes the media unless it is there.
 * @param {string[]} names
 * @returns {Promise<Media[]>}
 */
export function makeMedia(...names) {
  return Promise.all(names.map(async (name) => {
    const { what, mime, make } = RECIPES[name];
    const bytes = new Uint8Array(await readFile(await encoded(name, make)));
    return { name, what, mime, ...(mime.endsWith('mp4') ? cutBoxes(bytes) : cutElements(bytes)) };
  }));
}

/** @param {string} name @param {string[]} make */
async function encoded(name, make) {
  const dir = path.join(root, 'target/bench-media');
  const key = createHash('sha256').update(JSON.stringify([make, SECONDS])).digest('hex').slice(0, 12);
  const file = path.join(dir, `${name}-${key}`);
  if (await readFile(file).then(() => true, () => false)) return file;
  console.error(`making ${name} with ffmpeg (once) …`);
  await mkdir(dir, { recursive: true });
  const partial = `${file}.partial`;
  await rm(partial, { force: true });
  const quiet = ['-hide_banner', '-loglevel', 'error', '-y'];
  await promisify(execFile)('ffmpeg', [...quiet, ...make.slice(0, 4), '-t', `${SECONDS}`, ...make.slice(4), '-bitexact', partial]);
  await rename(partial, file);
  return file;
}

/** A `moof` and what follows it up to the next is a media segment. @param {Uint8Array} file */
export function cutBoxes(file) {
  const view = new DataView(file.buffer, file.byteOffset);
  /** @type {number[]} */
  const starts = [];
  let end = file.length;
  for (let at = 0; at < file.length;) {
    const type = String.fromCharCode(...file.subarray(at + 4, at + 8));
    if (type === 'moof') starts.push(at);
    // The index of the whole file is no part of a stream.
    if (type === 'mfra') end = at;
    at += view.getUint32(at);
  }
  return cut(file, starts, end);
}

const CLUSTER = [0x1f, 0x43, 0xb6, 0x75];
const SEGMENT = [0x18, 0x53, 0x80, 0x67];

/** A Cluster is a media segment; the Segment around them gets an unknown size, as in a stream. @param {Uint8Array} file */
function cutElements(file) {
  const segment = find(file, SEGMENT, 0);
  /** @type {number[]} */
  const starts = [];
  let end = 0;
  for (let at = find(file, CLUSTER, segment); at >= 0 && CLUSTER.every((byte, i) => file[at + i] === byte); at = end) {
    starts.push(at);
    const length = Math.clz32(file[at + 4]) - 23;
    let size = file[at + 4] & ((1 << (8 - length)) - 1);
    for (let i = 1; i < length; i += 1) size = size * 256 + file[at + 4 + i];
    end = at + 4 + length + size;
  }
  const pieces = cut(file, starts, end);
  pieces.init.set([0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], segment + 4);
  return pieces;
}

/** @param {Uint8Array} file @param {number[]} starts @param {number} end */
function cut(file, starts, end) {
  return {
    init: file.slice(0, starts[0]),
    segments: starts.map((start, i) => file.slice(start, starts[i + 1] ?? end)),
  };
}

/** @param {Uint8Array} bytes @param {number[]} what @param {number} from */
function find(bytes, what, from) {
  for (let at = from; at < bytes.length; at += 1) if (what.every((byte, i) => bytes[at + i] === byte)) return at;
  return -1;
}
