// Encrypts fragmented MP4 for Clear Key as it is made: Common Encryption, scheme `cenc` (ISO/IEC 23001-7), which ffmpeg
// writes into whole files only. Pictures keep the headers of their NAL units in the clear, sound is encrypted whole.
import { createCipheriv, createHash } from 'node:crypto';

/** @typedef {{ kid: Buffer, key: Buffer }} Key sixteen bytes each; there is nothing to hide */

/** The keys of the demo's stream, in the order in which they are needed. */
export const KEYS = ['first', 'second'].map((name) => {
  const bytes = createHash('sha256').update(`the demo's ${name} key`).digest();
  return { kid: bytes.subarray(0, 16), key: bytes.subarray(16) };
});

/** The system of `pssh` boxes that list key ids and nothing else (W3C "cenc" Initialization Data Format). */
const COMMON = Buffer.from('1077efecc0b24d02ace33c1e52e2fb4b', 'hex');

/** Bytes of an initialisation vector as the samples carry it. */
const IV = 8;

/** Bytes of a slice that stay clear at least: four of its length and one of its type. */
const CLEAR = 5;

/** What precedes the boxes inside of a box. */
const INSIDE = { moov: 0, trak: 0, mdia: 0, minf: 0, stbl: 0, stsd: 8, moof: 0, traf: 0 };

/** What precedes the boxes inside of a sample entry. */
const ENTRIES = { avc1: { encrypted: 'encv', inside: 78 }, mp4a: { encrypted: 'enca', inside: 28 } };

/**
 * An initialisation segment whose track is encrypted with this key unless a fragment says otherwise.
 * @param {Buffer} init
 * @param {Key} key
 */
export function encryptInit(init, { kid }) {
  return rebuild(init, (type, payload) => {
    if (type === 'moov') return { more: [pssh(kid)] };
    if (!(type in ENTRIES)) return {};
    const { encrypted } = ENTRIES[type];
    const scheme = full('schm', 0, 0, 'cenc', u32(0x10000));
    const sinf = box('sinf', box('frma', type), scheme, box('schi', full('tenc', 0, 0, Buffer.from([0, 0, 1, IV]), kid)));
    return { instead: box(encrypted, payload, sinf) };
  });
}

/**
 * A media segment, encrypted.
 * @param {Buffer} segment of one `moof`, samples in one `trun`, as ffmpeg makes it
 * @param {object} options
 * @param {'video'|'audio'} options.track
 * @param {Key} options.key
 * @param {boolean} [options.rotated] it is not the key of the initialisation segment
 * @param {string} options.name so that no vector is used twice
 */
export function encryptSegment(segment, { track, key, rotated = false, name }) {
  const moof = [...boxes(segment)].find(({ type }) => type === 'moof');
  const mdat = [...boxes(segment)].find(({ type }) => type === 'mdat');
  const samples = cut(moof.payload, mdat.payload).map((sample, i) => {
    const iv = createHash('sha256').update(`${name} ${i}`).digest().subarray(0, IV);
    return encryptSample(sample, track === 'video' ? slices(sample) : [{ clear: 0, hidden: sample.length }], iv, key);
  });
  const more = auxiliary(samples, track, rotated && key.kid);
  const announced = rotated ? [pssh(key.kid)] : [];
  const grown = length([...more.boxes, ...announced]);
  // From the begin of the `moof`: the `traf` is its last child, and these are the last of the `traf`.
  const at = moof.payload.length + 8 + more.offset;
  const vectors = full('saio', 0, 0, u32(1), u32(at));
  return rebuild(segment, (type, payload) => {
    // Its sizes hold no more, and a player that has a manifest does not look.
    if (type === 'sidx') return { instead: box('free', payload) };
    if (type === 'traf') return { more: [...more.boxes, vectors] };
    if (type === 'moof') return { more: announced };
    if (type === 'mdat') return { instead: box('mdat', ...samples.map(({ bytes }) => bytes)) };
    if (type === 'trun') return { instead: box('trun', moved(payload, grown + vectors.length)) };
    return {};
  });
}

/** A `pssh` that names this key. */
export const pssh = (kid) => full('pssh', 1, 0, COMMON, u32(1), kid, u32(0));

/** How to decrypt the samples: a `senc`, and where in the file it has what; `offset` of the first vector in them. */
function auxiliary(samples, track, kid) {
  const infos = samples.map(({ info }) => info);
  // A sample group (§6) takes them from the key of the `tenc` to another.
  const group = kid
    ? [
      full('sgpd', 1, 0, 'seig', u32(20), u32(1), Buffer.from([0, 0, 1, IV]), kid),
      full('sbgp', 0, 0, 'seig', u32(1), u32(samples.length), u32(0x10001)),
    ]
    : [];
  const sizes = full('saiz', 0, 0, Buffer.from([0]), u32(samples.length), Buffer.from(infos.map(({ length }) => length)));
  const before = [...group, sizes];
  return {
    boxes: [...before, full('senc', 0, track === 'video' ? 2 : 0, u32(samples.length), ...infos)],
    offset: length(before) + 16,
  };
}

/** The samples of a fragment, by the sizes in its `trun` or `tfhd`. */
function cut(moof, data) {
  const traf = [...boxes(moof)].find(({ type }) => type === 'traf').payload;
  const trun = [...boxes(traf)].find(({ type }) => type === 'trun').payload;
  const flags = trun.readUInt32BE(0) & 0xffffff;
  const count = trun.readUInt32BE(4);
  const has = (flag) => (flags & flag ? 4 : 0);
  if (!has(0x1) || !has(0x200)) throw new Error('a trun without data offset or sizes');
  const width = has(0x100) + has(0x200) + has(0x400) + has(0x800);
  let at = 0;
  return Array.from({ length: count }, (_, i) => {
    const size = trun.readUInt32BE(8 + has(0x1) + has(0x4) + i * width + has(0x100));
    return data.subarray(at, (at += size));
  });
}

/** What of a sample of H.264 stays clear and what does not, in turn: all but slices does, and the begin of those. */
function slices(sample) {
  const parts = [];
  let clear = 0;
  for (let at = 0; at < sample.length; ) {
    const size = 4 + sample.readUInt32BE(at);
    const type = sample[at + 4] & 0x1f;
    // In whole blocks, as §10.4.2 asks for.
    const hidden = type >= 1 && type <= 5 && size > CLEAR ? (size - CLEAR) & ~15 : 0;
    clear += size - hidden;
    if (hidden) parts.push({ clear, hidden });
    if (hidden) clear = 0;
    at += size;
  }
  return clear ? [...parts, { clear, hidden: 0 }] : parts;
}

function encryptSample(sample, parts, iv, { key }) {
  // One counter runs through all parts of a sample.
  const cipher = createCipheriv('aes-128-ctr', key, Buffer.concat([iv, Buffer.alloc(16 - IV)]));
  let at = 0;
  const bytes = parts.flatMap(({ clear, hidden }) => [
    sample.subarray(at, (at += clear)), cipher.update(sample.subarray(at, (at += hidden))),
  ]);
  const table = parts.flatMap(({ clear, hidden }) => [u16(clear), u32(hidden)]);
  const whole = parts.length === 1 && parts[0].clear === 0;
  return { bytes: Buffer.concat(bytes), info: Buffer.concat(whole ? [iv] : [iv, u16(parts.length), ...table]) };
}

/** A `trun` whose data lie so much further. */
function moved(trun, by) {
  const copy = Buffer.from(trun);
  copy.writeInt32BE(copy.readInt32BE(8) + by, 8);
  return copy;
}

/** The boxes anew, from the innermost: what `change` gives goes in their place, or behind what they hold. */
function rebuild(bytes, change) {
  const all = [...boxes(bytes)].map(({ type, payload }) => {
    const { instead, more = [] } = change(type, payload);
    if (instead) return instead;
    const from = INSIDE[type];
    if (from === undefined) return box(type, payload);
    return box(type, payload.subarray(0, from), rebuild(payload.subarray(from), change), ...more);
  });
  return Buffer.concat(all);
}

function* boxes(bytes) {
  for (let at = 0; at < bytes.length; ) {
    const size = bytes.readUInt32BE(at);
    if (size < 8 || at + size > bytes.length) throw new Error('boxes of other sizes than ffmpeg makes');
    yield { type: bytes.toString('latin1', at + 4, at + 8), payload: bytes.subarray(at + 8, at + size) };
    at += size;
  }
}

function box(type, ...parts) {
  const payload = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)));
  return Buffer.concat([u32(8 + payload.length), Buffer.from(type, 'latin1'), payload]);
}

const full = (type, version, flags, ...parts) => box(type, u32(version * 2 ** 24 + flags), ...parts);

const length = (all) => all.reduce((sum, { length }) => sum + length, 0);

function u32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function u16(value) {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}
