// A video service that hands out media otherwise than a file for each media segment. It holds answers back on request and
// keeps a log of what it really did.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { now, until } from './server.mjs';
import { STREAM } from './stream.mjs';

/**
 * @typedef {object} Answer one request for media, as it went; times are milliseconds since the epoch
 * @property {string} who which player of the page asks
 * @property {string[]} of representations
 * @property {number} from the first media segment in it
 * @property {number} count of media segments of each representation
 * @property {boolean} late it was held back
 * @property {number} requested
 * @property {number|null} firstByte
 *
 * What it offers:
 * - `POST /answer`, the question in its body: several media segments of several representations in one body without a
 *   length, each piece with a header of five bytes in front. No address tells one answer from another.
 * - `GET /who/representation/number`: one media segment (`init`: the initialisation segment).
 * - `GET /master.m3u8`: HLS with byte ranges of one file for each representation.
 * @param {import('./stream.mjs').Stream} stream
 * @param {{ late?: (answer: Answer) => number, spread?: number }} options `late`: how long an answer is held back, ms, the
 *   first time it is asked for; `spread`: each body takes so long, ms
 */
export async function openService(stream, { late = () => 0, spread = 0 } = {}) {
  /** @type {Answer[]} */
  const log = [];
  const files = await filesOf(stream);
  const held = new Set();
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const host = `service.localhost:${server.address().port}`;
  return {
    host,
    url: `http://${host}`,
    log,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };

  async function answer(request, response) {
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
    response.setHeader('Cache-Control', 'no-store');
    if (request.method === 'OPTIONS') return void response.writeHead(204, { 'Access-Control-Allow-Headers': 'range' }).end();
    const [, name, representation, number] = new URL(request.url, 'http://localhost').pathname.split('/');
    if (name === 'answer') {
      const asked = JSON.parse(await textOf(request));
      const pieces = asked.of.flatMap((one, track) => {
        const { init, segments } = files[one];
        const chosen = segments.slice(asked.from, asked.from + asked.count);
        return [...(asked.from === 0 ? [init] : []), ...chosen].map((bytes) => [track, bytes]);
      });
      return give(response, asked, Buffer.concat(pieces.flatMap(([track, bytes]) => [header(track, bytes.length), bytes])), false);
    }
    if (name?.endsWith('.m3u8')) return void response.end(playlist(name, files));
    if (name?.endsWith('.mp4')) return giveRange(response, name.replace('.mp4', ''), request.headers.range);
    const body = number === 'init' ? files[representation]?.init : files[representation]?.segments[Number(number)];
    if (!body) return void response.writeHead(404).end();
    return give(response, { who: name, of: [representation], from: Number(number), count: 1 }, body, true);
  }

  function giveRange(response, representation, range) {
    const { init, segments } = files[representation];
    const [from, to] = range.replace('bytes=', '').split('-').map(Number);
    const whole = Buffer.concat([init, ...segments]);
    let at = init.length;
    const number = segments.findIndex(({ length }) => (at += length) > from);
    response.writeHead(206, { 'Content-Range': `bytes ${from}-${to}/${whole.length}`, 'Content-Type': 'video/mp4', 'Content-Length': to + 1 - from });
    return give(response, { who: 'a', of: [representation], from: from === 0 ? NaN : number, count: 1 }, whole.subarray(from, to + 1), false);
  }

  async function give(response, asked, body, length) {
    const answer = { ...asked, late: false, requested: now(), firstByte: null };
    log.push(answer);
    const key = JSON.stringify(asked);
    const wait = held.has(key) ? 0 : late(answer);
    held.add(key);
    if (wait > 0) {
      answer.late = true;
      await until(answer.requested + wait, response);
    }
    if (response.destroyed) return;
    answer.firstByte = now();
    if (length) response.setHeader('Content-Length', body.length);
    for (let part = 0; part < PARTS && spread > 0; part += 1) {
      response.write(body.subarray((body.length * part) / PARTS, (body.length * (part + 1)) / PARTS));
      await until(answer.firstByte + (spread * (part + 1)) / PARTS, response);
    }
    if (spread === 0) response.write(body);
    response.end();
  }
}

/** Pieces of a body that comes over some time. */
const PARTS = 10;

/** What each representation consists of. */
async function filesOf({ dir, representations }) {
  const names = [...STREAM.video.map(({ name }) => name), STREAM.audio.name];
  const of = names.map(async (name) => {
    const { init, extension, segments } = representations[name];
    const read = (file) => readFile(path.join(dir, name, file));
    const media = segments.map((_, i) => read(`segment-${String(i).padStart(3, '0')}${extension}`));
    return [name, { init: await read(init), segments: await Promise.all(media) }];
  });
  return Object.fromEntries(await Promise.all(of));
}

function header(track, length) {
  const header = Buffer.alloc(5);
  header.writeUInt8(track);
  header.writeUInt32BE(length, 1);
  return header;
}

function playlist(name, files) {
  const { audio, video } = STREAM;
  if (name === 'master.m3u8') {
    const sound = `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="sound",DEFAULT=YES,URI="${audio.name}.m3u8"`;
    const [, { name, width, height, kbps }] = video;
    const pictures = `#EXT-X-STREAM-INF:BANDWIDTH=${kbps * 1100},RESOLUTION=${width}x${height},CODECS="avc1.64001f,mp4a.40.2",AUDIO="sound"`;
    return ['#EXTM3U', sound, pictures, `${name}.m3u8`, ''].join('\n');
  }
  const of = name.replace('.m3u8', '');
  const { init, segments } = files[of];
  let at = init.length;
  const listed = segments.flatMap(({ length }) => {
    at += length;
    return [`#EXTINF:${STREAM.segmentSeconds}.0,`, `#EXT-X-BYTERANGE:${length}@${at - length}`, `${of}.mp4`];
  });
  const head = ['#EXTM3U', '#EXT-X-VERSION:7', `#EXT-X-TARGETDURATION:${STREAM.segmentSeconds}`, '#EXT-X-PLAYLIST-TYPE:VOD'];
  return [...head, `#EXT-X-MAP:URI="${of}.mp4",BYTERANGE="${init.length}@0"`, ...listed, '#EXT-X-ENDLIST', ''].join('\n');
}

async function textOf(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}
