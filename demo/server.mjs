// The demo's two servers: the page, and on another origin the stream, which misbehaves on request and keeps a log of
// what it really did.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { MANIFESTS_WITH_KEYS, encrypted, keyedMpd, licenceHandler, mpdOfPeriods } from './keys.mjs';
import { AFTER_HOLE, MANIFESTS, livePlaylist, mpd, playlistWithHole, published } from './manifest.mjs';
import { STREAM, segmentOf } from './stream.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));

/**
 * @typedef {object} Fault what the server does to one media segment
 * @property {string} kind its name in the log
 * @property {number} [silence] answer nothing, not even headers, for so many milliseconds after the first request
 * @property {(waited: number) => Record<string, string>} [confess] headers in which a silent server then says what it did for so
 *   many milliseconds
 * @property {number} [spread] headers at once, the body evenly over so many milliseconds
 * @property {number} [kbps] a slow line: the body at so many kilobits a second, whatever was asked for
 * @property {number} [status] with this status, from the first request on for `lasts` milliseconds, for ever without
 * @property {number} [lasts]
 * @property {boolean} [omitted] with `hole` only: manifests leave it out (the first such)
 * @property {number} [unpublished] live only: published so many milliseconds late, and all after it no sooner
 *
 * @typedef {object} Served one request for a media segment, as it went; times are milliseconds since the epoch
 * @property {string|undefined} by the origin of the page that asked
 * @property {'video'|'audio'|'muxed'} track
 * @property {string} representation
 * @property {number} number
 * @property {number} status
 * @property {string|null} fault
 * @property {number} requested
 * @property {number|null} firstByte
 * @property {number|null} lastByte null when the browser gave the request up
 */

/**
 * @param {object} options
 * @param {import('./stream.mjs').Stream} options.stream
 * @param {(track: string, number: number) => Fault | null | undefined} [options.fault]
 * @param {string[]} [options.pages] more directories to serve pages from
 * @param {(path: string, text: string) => string | Promise<string>} [options.playlist] what a playlist is to say, when
 * @param {(key: number) => number} [options.licence] how late the licence with this key is to come, milliseconds
 * @param {boolean} [options.timingAllowed] send `Timing-Allow-Origin`, which most video servers do not
 */
export async function serve({ stream, fault = () => null, pages = [], playlist, licence = () => 0, timingAllowed = false }) {
  /** @type {Served[]} */
  const log = [];
  const pageServer = await listen(pageHandler([path.join(here, 'page'), ...pages]));
  const streamServer = await listen(streamHandler(stream, fault, playlist, timingAllowed, log));
  /** @type {import('./keys.mjs').Licensed[]} */
  const licences = [];
  const licenceServer = await listen(licenceHandler({ late: licence, log: licences, now, until }));
  // Names of one machine: browsers resolve *.localhost to it themselves.
  const host = `video.localhost:${streamServer.address().port}`;
  const licenceHost = `licence.localhost:${licenceServer.address().port}`;
  const origin = `http://localhost:${pageServer.address().port}`;
  return {
    origin,
    host,
    log,
    licenceHost,
    licences,
    /** Address of a page that plays the stream: `player`, `live`, `hole`, `keys` and `heavy` say which, the rest is the page's. */
    url(query = {}, page = '/') {
      const variant = ['live', 'hole', 'keys', 'heavy'].find((name) => query[name] !== undefined);
      const keys = variant === 'keys';
      const player = query.player ?? 'hls';
      const manifest = `${variant ? `${variant}/` : ''}${(keys && MANIFESTS_WITH_KEYS[player]) || MANIFESTS[player]}`;
      if (keys) query = { licence: `http://${licenceHost}/`, ...query };
      return `${origin}${page}?${new URLSearchParams({ stream: `http://${host}/${manifest}`, ...query })}`;
    },
    async close() {
      for (const server of [pageServer, streamServer, licenceServer]) {
        server.closeAllConnections();
        await new Promise((done) => server.close(done));
      }
    },
  };
}

const TYPES = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml',
  '.m3u8': 'application/vnd.apple.mpegurl', '.mpd': 'application/dash+xml',
  '.mp4': 'video/mp4', '.m4s': 'video/iso.segment', '.ts': 'video/mp2t', '.webm': 'video/webm',
};

/** The script of each player. */
export const SCRIPTS = {
  hls: 'hls.js/dist/hls.min.js',
  dash: 'dashjs/dist/modern/umd/dash.all.min.js',
  shaka: 'shaka-player/dist/shaka-player.compiled.js',
};

/** Where a page wants it. A page can't add it by itself where Trusted Types are enforced. */
export const PLACE = "<!-- the player's own script -->";

/** How long a live stream has been on when the server starts, milliseconds: a full window. */
export const LIVE_SINCE = 20_000;

// What a page that takes security seriously sends; the overlay must show there without a violation.
const STRICT_POLICY = [
  "default-src 'none'", "script-src 'self'", "style-src 'self'", 'media-src blob:', "img-src 'self'", 'connect-src http:',
  "require-trusted-types-for 'script'", "trusted-types 'none'",
].join('; ');

/** How often a spread body gets its next piece, milliseconds: fine enough to look like a slow line. */
const PIECE_EVERY = 40;

/** Milliseconds since the epoch. */
export const now = () => performance.timeOrigin + performance.now();

function pageHandler(roots) {
  return async (request, response) => {
    const url = new URL(request.url, 'http://localhost');
    const name = url.pathname === '/' ? 'index.html' : url.pathname.slice(1);
    const script = SCRIPTS[name.replace(/\.js$/, '')];
    const candidates = script ? [path.join(here, 'node_modules', script)] : roots.map((root) => inside(root, name));
    for (const file of candidates) {
      const body = file && (await readFile(file).catch(() => null));
      if (!body) continue;
      response.setHeader('Content-Type', TYPES[path.extname(file)] ?? 'application/octet-stream');
      response.setHeader('Cache-Control', 'no-store');
      if (url.searchParams.has('isolated')) isolate(response);
      if (url.searchParams.has('strict')) response.setHeader('Content-Security-Policy', STRICT_POLICY);
      const [player] = (url.searchParams.get('player') ?? 'hls').split('-');
      response.end(path.extname(file) === '.html' ? body.toString().replace(PLACE, `<script src="${player}.js"></script>`) : body);
      return;
    }
    response.writeHead(404).end();
  };
}

function streamHandler(stream, fault, playlist, timingAllowed, log) {
  // A fault belongs to the media segment, not to the request: another rendition or a retry waits for the same moment.
  const releases = new Map();
  const since = now() - LIVE_SINCE;
  const faults = (number) => ['video', 'audio', 'muxed'].map((track) => fault(track, number));
  const late = (number) => Math.max(...faults(number).map((fault) => fault?.unpublished ?? 0));
  const hole = stream.representations[STREAM.video[0].name]?.segments.findIndex((_, number) => faults(number).some((fault) => fault?.omitted));
  return async (request, response) => {
    const requested = now();
    const url = new URL(request.url, 'http://localhost');
    const [, variant = '', asked] = /^\/(live\/|hole\/|keys\/)?(.*)$/.exec(url.pathname);
    const live = variant === 'live/' ? published(since, requested, late) : undefined;
    const name = asked.startsWith(AFTER_HOLE) ? pastHole(asked.slice(AFTER_HOLE.length), hole) : asked;
    let body = await manifest(stream, name, live, variant === 'hole/' ? hole : undefined, variant === 'keys/');
    if (body && playlist && name.endsWith('.m3u8')) body = Buffer.from(await playlist(url.pathname, String(body)));
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Cache-Control', 'no-store');
    // Whether a player may say something of itself in headers.
    response.setHeader('Access-Control-Allow-Headers', '*');
    if (request.method === 'OPTIONS') return void response.writeHead(204).end();
    if (timingAllowed) response.setHeader('Timing-Allow-Origin', '*');
    if (!body) return void response.writeHead(404).end();
    response.setHeader('Content-Type', TYPES[path.extname(name)] ?? 'application/octet-stream');
    const segment = segmentOf(`/${name}`);
    if (!segment) return void response.end(body);

    const served = { by: request.headers.origin, ...segment, fault: null, status: 200, requested, firstByte: null, lastByte: null };
    log.push(served);
    // When the browser has it all, the server may not have come to say so.
    let handedOver = null;
    response.on('finish', () => (served.lastByte = handedOver));
    const chosen = fault(segment.track, segment.number) ?? null;
    if (live && segment.number >= live.end) return void refuse(response, served, 404, 'not-yet-published');
    const key = `${segment.track} ${segment.number}`;
    if (!releases.has(key)) releases.set(key, requested + (chosen?.silence ?? chosen?.spread ?? (chosen?.status ? (chosen.lasts ?? Infinity) : 0)));
    const at = chosen?.kbps ? requested + (body.length * 8) / chosen.kbps : releases.get(key);
    if (at > requested || chosen?.status || (live && chosen?.unpublished)) served.fault = chosen.kind;
    if (at > requested && chosen.status) return void refuse(response, served, chosen.status, chosen.kind);
    if (at > requested && chosen.silence) await until(at, response);
    if (response.destroyed) return;
    response.setHeader('Content-Length', body.length);
    served.firstByte = now();
    if (at > requested && chosen.confess) {
      const said = chosen.confess(Math.floor(served.firstByte - requested));
      for (const [name, value] of Object.entries(said)) response.setHeader(name, value);
    }
    const spreads = at > requested && (chosen.spread || chosen.kbps);
    if (spreads) await spread(body, at, response);
    handedOver = now();
    response.end(spreads ? undefined : body);
  };
}

/** Cross-origin isolation, as pages have it that want `SharedArrayBuffer`. What does not agree to it is not loaded. */
function isolate(response) {
  response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
}

const pastHole = (name, hole) =>
  name.replace(/segment-(\d+)/, (_, number) => `segment-${String(Number(number) + (Number(number) >= hole)).padStart(3, '0')}`);

function refuse(response, served, status, kind) {
  Object.assign(served, { status, fault: kind, firstByte: now() });
  response.writeHead(status).end();
}

/** A file of the stream, or a manifest that is made of it. */
async function manifest({ dir, representations }, name, live, hole, keys) {
  if (keys && name.endsWith('.mpd')) return Buffer.from(name === 'periods.mpd' ? mpdOfPeriods(representations) : keyedMpd(representations));
  if (name === 'index.mpd' || name === 'webm.mpd') return Buffer.from(mpd(representations, { webm: name === 'webm.mpd', live, hole }));
  const file = inside(dir, name);
  const body = file && (await readFile(file).catch(() => null));
  if (body && live && name.endsWith('/index.m3u8')) return Buffer.from(livePlaylist(body.toString(), live));
  if (body && hole !== undefined && name.endsWith('/index.m3u8')) return Buffer.from(playlistWithHole(body.toString(), hole));
  return body && keys ? encrypted(name, body) : body;
}

async function spread(body, end, response) {
  response.flushHeaders();
  const start = now();
  let sent = 0;
  while (sent < body.length && !response.destroyed) {
    const due = Math.min(1, (now() - start) / Math.max(1, end - start));
    const next = Math.ceil(body.length * due);
    if (next > sent) response.write(body.subarray(sent, next));
    sent = next;
    if (sent < body.length) await until(now() + PIECE_EVERY, response);
  }
}

/** Waits until then, or until the browser has hung up. */
export function until(time, response) {
  return new Promise((done) => {
    const end = () => {
      clearTimeout(timer);
      response.off('close', end);
      done();
    };
    const timer = setTimeout(end, Math.max(0, time - now()));
    response.once('close', end);
  });
}

/** The file of that name under `root`; null for a name that leads out of it. */
function inside(root, name) {
  const file = path.resolve(root, decodeURIComponent(name));
  return file.startsWith(root + path.sep) ? file : null;
}

async function listen(handler) {
  const server = createServer((request, response) => {
    handler(request, response).catch((error) => {
      console.error(error);
      response.destroy();
    });
  });
  await new Promise((done, fail) => server.once('error', fail).listen(0, '127.0.0.1', done));
  return server;
}
