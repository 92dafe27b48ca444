// The demo's stream with keys: encrypted as it is served, with a second key from eight seconds on, and the server that
// gives licences for them, late on request.
import { json } from 'node:stream/consumers';
import { KEYS, encryptInit, encryptSegment } from './encrypt.mjs';
import { mpd } from './manifest.mjs';
import { STREAM, segmentOf, trackOf } from './stream.mjs';

/** The manifests with keys of the players that want another one than without. */
export const MANIFESTS_WITH_KEYS = { dash: 'periods.mpd' };

/** From this media segment on the second key is needed. */
const ROTATION = 4;

/** The key that this media segment needs, as counted in encrypt.mjs. */
const keyOf = (number) => Number(number >= ROTATION);

/** A file of the stream with keys, made of the one without. */
export function encrypted(name, body) {
  if (name.endsWith('/index.m3u8')) return Buffer.from(keyedPlaylist(body.toString()));
  if (name.endsWith('/init.mp4')) return encryptInit(body, KEYS[0]);
  const segment = segmentOf(`/${name}`);
  if (!segment) return body;
  const key = keyOf(segment.number);
  return encryptSegment(body, { track: trackOf(segment.representation), key: KEYS[key], rotated: key > 0, name });
}

/** HLS names the key that each media segment needs. */
function keyedPlaylist(playlist) {
  const tag = ({ kid }) =>
    `#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,KEYFORMAT="org.w3.clearkey",KEYFORMATVERSIONS="1",URI="data:text/plain;base64,${kid.toString('base64')}"\n`;
  let number = -1;
  const rotated = playlist.replace(/#EXTINF/g, (info) => ((number += 1) === ROTATION ? tag(KEYS[1]) + info : info));
  return rotated.replace('#EXT-X-MAP', `${tag(KEYS[0])}#EXT-X-MAP`);
}

const SYSTEM = '<ContentProtection schemeIdUri="urn:uuid:e2719d58-a985-b3c9-781a-b030af78d30e" value="ClearKey1.0"/>';

/** DASH says that there are keys, and leaves it to the media segments to say which … */
export const keyedMpd = (representations) => protect(mpd(representations, {}), SYSTEM);

/** … or names the one of each period, for dash.js asks Clear Key for those only (it takes the media's `pssh` for a list of ids). */
export function mpdOfPeriods(representations) {
  const parts = [{ first: 0, end: ROTATION }, { first: ROTATION }].map((part) => protect(mpd(representations, { part }), SYSTEM + named(KEYS[keyOf(part.first)])));
  const [period] = /<Period[^]*<\/Period>/.exec(parts[1]);
  return parts[0].replace('</Period>', `</Period>\n  ${period}`);
}

const protect = (manifest, protection) => manifest.replace(/<AdaptationSet[^>]*>/g, (tag) => `${tag}\n      ${protection}`);

function named({ kid }) {
  const uuid = kid.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  return `<ContentProtection xmlns:cenc="urn:mpeg:cenc:2013" schemeIdUri="urn:mpeg:dash:mp4protection:2011" value="cenc" cenc:default_KID="${uuid}"/>`;
}

/**
 * @typedef {object} Licensed one request for a licence; times are milliseconds since the epoch
 * @property {number[]} keys which, as counted in encrypt.mjs
 * @property {number} requested
 * @property {number|null} answered null when the browser gave the request up
 */

/**
 * Gives the keys that are asked for, in the words of Clear Key (Encrypted Media Extensions §9.1).
 * @param {object} options
 * @param {(key: number) => number} options.late how late the licence with this key is to come, milliseconds
 * @param {Licensed[]} options.log
 * @param {() => number} options.now
 * @param {(time: number, response: import('node:http').ServerResponse) => Promise<void>} options.until
 */
export function licenceHandler({ late, log, now, until }) {
  return async (request, response) => {
    const requested = now();
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Access-Control-Allow-Headers', '*');
    // A browser asks first whether it may.
    if (request.method !== 'POST') return void response.end();
    const id = (bytes) => bytes.toString('base64url');
    const { kids } = await json(request);
    const licensed = { keys: [0, 1].filter((key) => kids.includes(id(KEYS[key].kid))), requested, answered: null };
    log.push(licensed);
    await until(requested + Math.max(0, ...licensed.keys.map(late)), response);
    if (response.destroyed) return;
    response.on('finish', () => (licensed.answered = now()));
    response.setHeader('Content-Type', 'application/json');
    const keys = licensed.keys.map((key) => ({ kty: 'oct', kid: id(KEYS[key].kid), k: id(KEYS[key].key) }));
    response.end(JSON.stringify({ keys, type: 'temporary' }));
  };
}
