// A low-latency HLS stream (RFC 8216bis): media segments of two seconds, published in parts of half a second, and
// playlists that the server holds back until there is something new in them.
import { execFile } from 'node:child_process';
import { access, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { promisify } from 'node:util';
import { now, until } from '../../demo/server.mjs';

/** Milliseconds of a part, and how many make a media segment. */
export const PART = 500;
const PARTS = 4;
const SECONDS = 90;
const FRAMES_PER_SECOND = 24;
/** Media segments that are there when the stream is first asked for. */
const BEFORE = 6;

/**
 * Serves the stream.
 * @param {string} cache directory that may keep it
 * @param {object} [faults]
 * @param {{ part: number, silence: number }} [faults.withheld] no byte of this part for so many milliseconds from when it
 *   is first asked for
 * @param {{ part: number, pause: number }} [faults.unpublished] this part and all after it are published so much later
 */
export async function serveLowLatency(cache, { withheld, unpublished } = {}) {
  const dir = await makeParts(path.join(cache, 'low-latency'));
  /** @type {{ part: number, requested: number, firstByte: number }[]} */
  const log = [];
  const releases = new Map();
  let start = 0;
  const published = (at) => {
    const since = (before) => BEFORE * PARTS + Math.floor((at - start - before) / PART);
    const on = since(0);
    return unpublished && on > unpublished.part ? Math.max(unpublished.part, since(unpublished.pause)) : on;
  };
  const answer = async (request, response) => {
    const requested = now();
    start ||= requested;
    const { pathname, searchParams } = new URL(request.url, 'http://localhost');
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Cache-Control', 'no-store');
    if (pathname === '/master.m3u8') return void response.end(MASTER);
    if (pathname === '/index.m3u8') {
      if (searchParams.has('_HLS_msn')) {
        const awaited = Number(searchParams.get('_HLS_msn')) * PARTS + Number(searchParams.get('_HLS_part') ?? PARTS - 1);
        while (published(now()) <= awaited && !response.destroyed) await until(now() + PART / 10, response);
      }
      return void response.end(playlist(published(now())));
    }
    const [, kind, number] = /^\/(part|segment)-(\d+)\.m4s$/.exec(pathname) ?? [];
    const parts = kind === 'part' ? [Number(number)] : Array.from({ length: PARTS }, (_, i) => Number(number) * PARTS + i);
    if (!kind && pathname !== '/init.mp4') return void response.writeHead(404).end();
    if (withheld && parts.includes(withheld.part)) {
      if (!releases.has(withheld.part)) releases.set(withheld.part, requested + withheld.silence);
      await until(releases.get(withheld.part), response);
    }
    const files = kind ? parts.map((part) => `part-${part}.m4s`) : ['init.mp4'];
    const body = Buffer.concat(await Promise.all(files.map((file) => readFile(path.join(dir, file)))));
    if (kind) log.push({ part: parts[0], requested, firstByte: now() });
    response.end(body);
  };
  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  await new Promise((done, fail) => server.once('error', fail).listen(0, '127.0.0.1', done));
  const host = `video.localhost:${server.address().port}`;
  return {
    host,
    log,
    url: `http://${host}/master.m3u8`,
    close() {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}

const MASTER = '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=700000,RESOLUTION=640x360,CODECS="avc1.64001e,mp4a.40.2"\nindex.m3u8\n';

/** What the playlist says when so many parts are out: the stream from its begin. */
function playlist(parts) {
  const whole = Math.floor(parts / PARTS);
  const lines = [
    '#EXTM3U', '#EXT-X-VERSION:9', `#EXT-X-TARGETDURATION:${(PARTS * PART) / 1000}`,
    `#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=${(3 * PART) / 1000}`, `#EXT-X-PART-INF:PART-TARGET=${PART / 1000}`,
    '#EXT-X-MEDIA-SEQUENCE:0', '#EXT-X-MAP:URI="init.mp4"',
  ];
  for (let segment = 0; segment <= whole; segment++) {
    // Parts of what is more than three target durations old are of use to nobody.
    for (let i = segment * PARTS; i < Math.min(parts, (segment + 1) * PARTS) && segment >= whole - 3; i++) {
      lines.push(`#EXT-X-PART:DURATION=${PART / 1000},URI="part-${i}.m4s"${i % PARTS ? "" : ",INDEPENDENT=YES"}`);
    }
    if (segment < whole) lines.push(`#EXTINF:${(PARTS * PART) / 1000},`, `segment-${segment}.m4s`);
  }
  return [...lines, ''].join('\n');
}

/** Each part is a fragment that begins with a key frame. */
async function makeParts(dir) {
  if (await access(dir).then(() => true, () => false)) return dir;
  // Two browsers' tests may be at it at once.
  const partial = await mkdtemp(`${dir}-`);
  const gop = String((FRAMES_PER_SECOND * PART) / 1000);
  await promisify(execFile)('ffmpeg', [
    '-hide_banner', '-loglevel', 'error', '-f', 'lavfi', '-i', 'sine=frequency=220:sample_rate=48000',
    '-f', 'lavfi', '-i', `testsrc2=size=640x360:rate=${FRAMES_PER_SECOND}`, '-t', String(SECONDS),
    '-c:v', 'libx264', '-preset', 'superfast', '-pix_fmt', 'yuv420p', '-b:v', '500k', '-g', gop, '-keyint_min', gop, '-sc_threshold', '0',
    '-c:a', 'aac', '-b:a', '96k', '-f', 'hls', '-hls_time', String(PART / 1000), '-hls_list_size', '0',
    '-hls_segment_type', 'fmp4', '-hls_fmp4_init_filename', 'init.mp4', '-hls_segment_filename', path.join(partial, 'part-%d.m4s'),
    path.join(partial, 'index.m3u8'),
  ]);
  await rename(partial, dir).catch(() => rm(partial, { recursive: true }));
  return dir;
}
