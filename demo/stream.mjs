// The demo's streams: one picture and sound, made once by ffmpeg in every shape a player may want, and kept under target/.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What the streams are. The cache is keyed by this. */
export const STREAM = {
  seconds: 90,
  framesPerSecond: 24,
  segmentSeconds: 2,
  // Moderate for testsrc2, so that a throttled body is still throttled at the lowest rendition.
  video: [
    { name: '360p', width: 640, height: 360, kbps: 600 },
    { name: '540p', width: 960, height: 540, kbps: 1200 },
    { name: '720p', width: 1280, height: 720, kbps: 2200 },
  ],
  audio: { name: 'sound', kbps: 96 },
  // Small, for VP9 is dear to encode.
  webm: {
    video: [
      { name: 'webm-180p', width: 320, height: 180, kbps: 300 },
      { name: 'webm-270p', width: 480, height: 270, kbps: 500 },
    ],
    audio: { name: 'webm-sound', kbps: 64 },
  },
};

/** More pictures a second, and larger ones, than two processors decode; of few bits, for no line is to be in the way. */
export const HEAVY = { name: '4320p', width: 7680, height: 4320, kbps: 8000, framesPerSecond: 60, seconds: 30 };

/** Bump when what is made of it changes. */
const RECIPE = 3;

/**
 * Makes the streams unless they are there already.
 * @param {string} cache directory that may keep them
 * @returns {Promise<Stream>}
 * @typedef {object} Stream
 * @property {string} dir with a directory for each representation, its media segments `segment-NNN`, counted from 0
 * @property {Record<string, Representation>} representations
 * @typedef {{ init: string, extension: string, segments: Range[] }} Representation `segments`: the media range of each
 *   as the file's own headers say, read by ffprobe
 * @typedef {{start: number, end: number}} Range seconds
 */
export async function makeStream(cache) {
  const dir = path.join(cache, createHash('sha256').update(JSON.stringify([STREAM, RECIPE])).digest('hex').slice(0, 12));
  if (!(await exists(dir))) {
    console.log('making the demo streams with ffmpeg (once, about a minute) …');
    const partial = `${dir}.partial`;
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true });
    await encode(partial);
    await repackAsTransportStream(partial);
    await encodeWebm(partial);
    await writeFile(path.join(partial, 'representations.json'), JSON.stringify(await representations(partial)));
    await rename(partial, dir);
  }
  return { dir, representations: JSON.parse(await readFile(path.join(dir, 'representations.json'), 'utf8')) };
}

/**
 * Adds `heavy/`, which has a picture that is too large for the machine beside one that is not, unless it is there already.
 * @param {Stream} stream
 */
export async function addHeavy({ dir }) {
  const heavy = path.join(dir, 'heavy');
  if (await exists(heavy)) return;
  console.log('making the stream that is too large with ffmpeg (once, about half a minute) …');
  const partial = `${heavy}.partial`;
  const { name, width, height, kbps, framesPerSecond, seconds } = HEAVY;
  await rm(partial, { recursive: true, force: true });
  await mkdir(path.join(partial, name), { recursive: true });
  const frames = String(framesPerSecond * STREAM.segmentSeconds);
  const rate = `${kbps}k`;
  const once = path.join(partial, 'once.mp4');
  // Two seconds, over and over: encoding is dear.
  await ffmpeg([
    '-f', 'lavfi', '-i', `testsrc2=size=${width}x${height}:rate=${framesPerSecond}`, '-t', String(STREAM.segmentSeconds),
    '-c:v', 'libx264', '-preset', 'superfast', '-pix_fmt', 'yuv420p', '-b:v', rate, '-maxrate', rate, '-bufsize', rate,
    '-g', frames, '-keyint_min', frames, '-sc_threshold', '0', once,
  ]);
  await ffmpeg([
    '-stream_loop', String(seconds / STREAM.segmentSeconds - 1), '-i', once, '-c', 'copy', ...HLS, '-hls_segment_type', 'fmp4',
    '-hls_fmp4_init_filename', 'init.mp4', '-hls_segment_filename', path.join(partial, name, 'segment-%03d.m4s'), path.join(partial, name, 'index.m3u8'),
  ]);
  await rm(once);
  const [, usual] = STREAM.video;
  for (const beside of [usual.name, STREAM.audio.name]) {
    const playlist = await readFile(path.join(dir, beside, 'index.m3u8'), 'utf8');
    await writeFile(path.join(partial, `${beside}.m3u8`), beginOf(playlist, seconds / STREAM.segmentSeconds, `../${beside}/`));
  }
  const variant = ({ name, width, height, kbps }, codec, uri) =>
    `#EXT-X-STREAM-INF:BANDWIDTH=${(kbps + STREAM.audio.kbps) * 1100},RESOLUTION=${width}x${height},CODECS="${codec},mp4a.40.2",AUDIO="sound"\n${uri ?? name}.m3u8\n`;
  const sound = `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="sound",DEFAULT=YES,URI="${STREAM.audio.name}.m3u8"\n`;
  await writeFile(path.join(partial, 'master.m3u8'), `#EXTM3U\n${sound}${variant(usual, 'avc1.64001f')}${variant(HEAVY, 'avc1.64003e', `${name}/index`)}`);
  await rename(partial, heavy);
}

/** So many media segments of a playlist, which are in that directory. */
function beginOf(playlist, count, directory) {
  const parts = playlist.split('#EXTINF').slice(0, count + 1).join('#EXTINF').trimEnd();
  return `${parts.replace(/URI="/, `$&${directory}`).replace(/^segment-/gm, `${directory}$&`)}\n#EXT-X-ENDLIST\n`;
}

/** Which media segment a request path names, if any. Whatever is in front of its directory does not matter. */
export function segmentOf(pathname) {
  const match = /\/([^/]+)\/segment-(\d+)\.(?:m4s|ts|webm)$/.exec(pathname);
  if (!match) return null;
  return { track: trackOf(match[1]), representation: match[1], number: Number(match[2]) };
}

/** What a representation holds: a transport stream has both. */
export function trackOf(representation) {
  if (representation.startsWith('ts-')) return 'muxed';
  return representation.endsWith(STREAM.audio.name) ? 'audio' : 'video';
}

const GOP = STREAM.framesPerSecond * STREAM.segmentSeconds;
const SOUND = ['-f', 'lavfi', '-i', 'sine=frequency=220:beep_factor=4:sample_rate=48000'];
const HLS = ['-f', 'hls', '-hls_time', String(STREAM.segmentSeconds), '-hls_playlist_type', 'vod'];

const ffmpeg = (args) => run('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-y', ...args]);

/** HLS, fragmented MP4, sound apart from pictures. The same files serve as DASH. */
async function encode(dir) {
  await ffmpegWithClock((overlay) => [
    ...SOUND, '-filter_complex', pictures(STREAM.video, overlay), ...rates(STREAM.video),
    '-map', '0:a', '-t', String(STREAM.seconds),
    '-c:v', 'libx264', '-preset', 'superfast', '-pix_fmt', 'yuv420p',
    '-g', String(GOP), '-keyint_min', String(GOP), '-sc_threshold', '0',
    '-c:a', 'aac', '-b:a', `${STREAM.audio.kbps}k`,
    ...HLS, '-hls_segment_type', 'fmp4',
    '-hls_fmp4_init_filename', 'init.mp4', '-hls_segment_filename', path.join(dir, '%v/segment-%03d.m4s'),
    '-master_pl_name', 'master.m3u8',
    '-var_stream_map', [...STREAM.video.map(({ name }, i) => `v:${i},agroup:sound,name:${name}`), `a:0,agroup:sound,default:yes,name:${STREAM.audio.name}`].join(' '),
    path.join(dir, '%v/index.m3u8'),
  ]);
  // ffmpeg numbers the initialisation segments, which DASH's templates cannot, and gives them an empty edit, which Firefox
  // honours and Chromium passes over: without it both put the media at the same time.
  for (const [i, { name }] of [...STREAM.video, STREAM.audio].entries()) {
    const playlist = path.join(dir, name, 'index.m3u8');
    const init = await readFile(path.join(dir, name, `init_${i}.mp4`), 'latin1');
    await writeFile(path.join(dir, name, 'init.mp4'), init.replaceAll('edts', 'free'), 'latin1');
    await rm(path.join(dir, name, `init_${i}.mp4`));
    await writeFile(playlist, (await readFile(playlist, 'utf8')).replace(`init_${i}.mp4`, 'init.mp4'));
  }
}

/** The same pictures and sound as HLS in MPEG transport streams, both in one. */
async function repackAsTransportStream(dir) {
  let master = '#EXTM3U\n';
  for (const { name, width, height, kbps } of STREAM.video) {
    const to = `ts-${name}`;
    await mkdir(path.join(dir, to));
    await ffmpeg([
      '-i', path.join(dir, name, 'index.m3u8'), '-i', path.join(dir, STREAM.audio.name, 'index.m3u8'),
      '-map', '0:v', '-map', '1:a', '-c', 'copy', ...HLS,
      '-hls_segment_filename', path.join(dir, to, 'segment-%03d.ts'), path.join(dir, to, 'index.m3u8'),
    ]);
    const bandwidth = (kbps + STREAM.audio.kbps) * 1100;
    master += `#EXT-X-STREAM-INF:BANDWIDTH=${bandwidth},RESOLUTION=${width}x${height},CODECS="avc1.64001f,mp4a.40.2"\n${to}/index.m3u8\n`;
  }
  await writeFile(path.join(dir, 'master-ts.m3u8'), master);
}

/** VP9 and Opus in WebM, for DASH. */
async function encodeWebm(dir) {
  const { video, audio } = STREAM.webm;
  const made = path.join(dir, 'webm');
  await mkdir(made);
  await ffmpegWithClock((overlay) => [
    ...SOUND, '-filter_complex', pictures(video, overlay), ...rates(video),
    '-map', '0:a', '-t', String(STREAM.seconds),
    '-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-row-mt', '1', '-g', String(GOP), '-keyint_min', String(GOP),
    '-c:a', 'libopus', '-b:a', `${audio.kbps}k`,
    '-f', 'dash', '-dash_segment_type', 'webm', '-seg_duration', String(STREAM.segmentSeconds),
    '-init_seg_name', '$RepresentationID$ init', '-media_seg_name', '$RepresentationID$ $Number$',
    path.join(made, 'index.mpd'),
  ]);
  // ffmpeg counts from 1.
  for (const file of await readdir(made)) {
    const [representation, number] = file.split(' ');
    if (number === undefined) continue;
    const { name } = [...video, audio][Number(representation)];
    await mkdir(path.join(dir, name), { recursive: true });
    const to = number === 'init' ? 'init.webm' : `segment-${String(Number(number) - 1).padStart(3, '0')}.webm`;
    await rename(path.join(made, file), path.join(dir, name, to));
  }
  await rm(made, { recursive: true });
}

function pictures(video, overlay) {
  const { width, height } = video.at(-1);
  const outs = video.map((_, i) => `[p${i}]`).join('');
  const scaled = video.map(({ width, height }, i) => `[p${i}]scale=${width}:${height}[v${i}]`);
  return [`testsrc2=size=${width}x${height}:rate=${STREAM.framesPerSecond}${overlay},split=${video.length}${outs}`, ...scaled].join(';');
}

const rates = (video) =>
  video.flatMap(({ kbps }, i) => ['-map', `[v${i}]`, `-b:v:${i}`, `${kbps}k`, `-maxrate:v:${i}`, `${kbps}k`, `-bufsize:v:${i}`, `${kbps * 2}k`]);

/** A readable clock on the picture, where ffmpeg finds a font; testsrc2 counts frames by itself otherwise. */
async function ffmpegWithClock(args) {
  const clock = ",drawtext=text='%{pts\\:hms}':fontsize=h/8:fontcolor=white:box=1:boxcolor=black@0.6:boxborderw=16:x=(w-tw)/2:y=(h-th)/2";
  await ffmpeg(args(clock)).catch(() => ffmpeg(args('')));
}

async function representations(dir) {
  const of = [...STREAM.video, STREAM.audio, ...STREAM.webm.video, STREAM.webm.audio].map(async ({ name }) => {
    const files = (await readdir(path.join(dir, name))).sort();
    const init = files.find((file) => file.startsWith('init'));
    const media = files.filter((file) => file.startsWith('segment-'));
    return [name, { init, extension: path.extname(media[0]), segments: await ranges(dir, name, init, media) }];
  });
  return Object.fromEntries(await Promise.all(of));
}

/** What each file holds, from the times of its packets. */
async function ranges(dir, name, init, media) {
  const read = (file) => readFile(path.join(dir, name, file));
  const parts = await Promise.all([init, ...media].map(read));
  const whole = path.join(dir, `${name}.whole`);
  await writeFile(whole, Buffer.concat(parts));
  const { stdout } = await run('ffprobe', ['-v', 'error', '-show_entries', 'packet=pts_time,duration_time,pos', '-of', 'json', whole], { maxBuffer: 64 << 20 });
  await rm(whole);
  // ffprobe takes off what an Opus decoder throws away at the start; browsers put the first block at its own time.
  const packets = JSON.parse(stdout).packets.map(({ pts_time, duration_time, pos }) => ({ start: Number(pts_time), lasts: Number(duration_time ?? 0), pos: Number(pos) }));
  const early = Math.min(0, ...packets.map(({ start }) => start));
  for (const packet of packets) packet.start -= early;
  let at = parts[0].length;
  return parts.slice(1).map(({ length }) => {
    const its = packets.filter(({ pos }) => pos >= at && pos < at + length);
    at += length;
    return { start: Math.min(...its.map(({ start }) => start)), end: Math.max(...its.map(({ start, lasts }) => start + lasts)) };
  });
}

const exists = (file) => access(file).then(() => true, () => false);

// `node demo/stream.mjs DIRECTORY`: for those who will want them at the same time.
if (process.argv[1] === fileURLToPath(import.meta.url)) await addHeavy(await makeStream(process.argv[2]));
