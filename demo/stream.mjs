// The demo's stream: fMP4 HLS (VOD), sound apart from pictures, made once by ffmpeg and kept under target/.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What the stream is. The cache is keyed by this. */
export const STREAM = {
  seconds: 90,
  framesPerSecond: 24,
  segmentSeconds: 2,
  // Moderate for testsrc2, so that a throttled body is still throttled at the lowest rendition.
  video: [
    { name: '360p', size: '640x360', kbps: 600 },
    { name: '540p', size: '960x540', kbps: 1200 },
    { name: '720p', size: '1280x720', kbps: 2200 },
  ],
  audio: { name: 'sound', kbps: 96 },
};

/**
 * Makes the stream unless it is there already.
 * @param {string} cache directory that may keep it
 * @returns {Promise<{dir: string, master: string, segments: {video: Range[], audio: Range[]}}>} `segments`: the media
 *   range of each, in seconds, as the playlists say
 * @typedef {{start: number, end: number}} Range
 */
export async function makeStream(cache) {
  const dir = path.join(cache, createHash('sha256').update(JSON.stringify([STREAM, RECIPE])).digest('hex').slice(0, 12));
  if (!(await exists(dir))) {
    console.log('making the demo stream with ffmpeg (once, about a minute) …');
    const partial = `${dir}.partial`;
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true });
    await encode(partial);
    await rename(partial, dir);
  }
  return {
    dir,
    master: 'master.m3u8',
    segments: {
      video: ranges(await readFile(path.join(dir, STREAM.video[0].name, 'index.m3u8'), 'utf8')),
      audio: ranges(await readFile(path.join(dir, STREAM.audio.name, 'index.m3u8'), 'utf8')),
    },
  };
}

/** Which media segment a request path names, if any. */
export function segmentOf(pathname) {
  const match = /^\/([^/]+)\/segment-(\d+)\.m4s$/.exec(pathname);
  if (!match) return null;
  return { track: match[1] === STREAM.audio.name ? 'audio' : 'video', number: Number(match[2]) };
}

/** Bump when `encode` changes. */
const RECIPE = 1;

async function encode(dir) {
  const gop = STREAM.framesPerSecond * STREAM.segmentSeconds;
  const source = `testsrc2=size=1280x720:rate=${STREAM.framesPerSecond}`;
  // A readable clock on the picture, where ffmpeg finds a font; testsrc2 counts frames by itself otherwise.
  const clock = ",drawtext=text='%{pts\\:hms}':fontsize=96:fontcolor=white:box=1:boxcolor=black@0.6:boxborderw=24:x=(w-tw)/2:y=(h-th)/2";
  const scaled = STREAM.video.map(({ size }, i) => `[p${i}]scale=${size.replace('x', ':')}[v${i}]`);
  const graph = (overlay) =>
    [`${source}${overlay},split=${STREAM.video.length}${STREAM.video.map((_, i) => `[p${i}]`).join('')}`, ...scaled].join(';');
  const args = (overlay) => [
    '-hide_banner', '-loglevel', 'error', '-y',
    '-f', 'lavfi', '-i', 'sine=frequency=220:beep_factor=4:sample_rate=48000',
    '-filter_complex', graph(overlay),
    ...STREAM.video.flatMap(({ kbps }, i) => ['-map', `[v${i}]`, `-b:v:${i}`, `${kbps}k`, `-maxrate:v:${i}`, `${kbps}k`, `-bufsize:v:${i}`, `${kbps * 2}k`]),
    '-map', '0:a', '-t', String(STREAM.seconds),
    '-c:v', 'libx264', '-preset', 'superfast', '-pix_fmt', 'yuv420p',
    '-g', String(gop), '-keyint_min', String(gop), '-sc_threshold', '0',
    '-c:a', 'aac', '-b:a', `${STREAM.audio.kbps}k`,
    '-f', 'hls', '-hls_time', String(STREAM.segmentSeconds), '-hls_playlist_type', 'vod', '-hls_segment_type', 'fmp4',
    '-hls_fmp4_init_filename', 'init.mp4', '-hls_segment_filename', path.join(dir, '%v/segment-%03d.m4s'),
    '-master_pl_name', 'master.m3u8',
    '-var_stream_map', [...STREAM.video.map(({ name }, i) => `v:${i},agroup:sound,name:${name}`), `a:0,agroup:sound,default:yes,name:${STREAM.audio.name}`].join(' '),
    path.join(dir, '%v/index.m3u8'),
  ];
  await run('ffmpeg', args(clock)).catch(() => run('ffmpeg', args('')));
}

function ranges(playlist) {
  let at = 0;
  return [...playlist.matchAll(/#EXTINF:([\d.]+)/g)].map(([, seconds]) => {
    const start = at;
    at += Number(seconds);
    return { start, end: at };
  });
}

const exists = (file) => access(file).then(() => true, () => false);
