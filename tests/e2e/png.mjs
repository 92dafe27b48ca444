// A PNG taken apart and put together by someone who knows about checksums.
import { createHash } from 'node:crypto';
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = 8;
/** Keyword, compressed by zlib, in no language. */
const HEAD = Buffer.from('whystall\0\x01\0\0\0', 'latin1');

/** @param {Buffer} png @returns {{ kind: string, at: number, data: Buffer }[]} */
export function chunks(png) {
  const all = [];
  for (let at = SIGNATURE; at < png.length; ) {
    const length = png.readUInt32BE(at);
    all.push({ kind: png.toString('latin1', at + 4, at + 8), at, data: png.subarray(at + 8, at + 8 + length) });
    at += 12 + length;
  }
  return all;
}

/** The same with other data in the chunks of one kind, all of it in the first. @param {Buffer} png */
export function withData(png, kind, data) {
  let left = data;
  const written = chunks(png).flatMap((chunk) => {
    if (chunk.kind !== kind) return write(chunk.kind, chunk.data);
    const own = left;
    left = null;
    return own ? write(kind, own) : [];
  });
  return Buffer.concat([png.subarray(0, SIGNATURE), ...written]);
}

/** With one pixel a little different. @param {Buffer} png */
export function withOtherPixel(png) {
  const data = Buffer.concat(chunks(png).filter(({ kind }) => kind === 'IDAT').map(({ data }) => data));
  const rows = inflateSync(data);
  rows[rows.length - 4] ^= 1;
  return withData(png, 'IDAT', deflateSync(rows));
}

/** The text chunk's first line and the evidence. @param {Buffer} png */
export function carried(png) {
  const { data } = chunks(png).find(({ kind }) => kind === 'iTXt');
  const text = inflateSync(data.subarray(HEAD.length)).toString();
  const end = text.indexOf('\n');
  return { line: text.slice(0, end), evidence: text.slice(end + 1) };
}

/** With this evidence instead, whose hash the first line states or not. @param {Buffer} png @param {string} evidence */
export function withEvidence(png, evidence, { stated = true } = {}) {
  const words = carried(png).line.split(' ');
  if (stated) words[3] = createHash('sha256').update(evidence).digest('hex');
  return withData(png, 'iTXt', Buffer.concat([HEAD, deflateSync(`${words.join(' ')}\n${evidence}`)]));
}

/** Evidence of this content with the hash that fits it. Its members are in order already. */
export function resealed(content) {
  const { sha256: _, ...rest } = content;
  const sha256 = createHash('sha256').update(JSON.stringify(rest)).digest('hex');
  return JSON.stringify(Object.fromEntries(Object.entries({ ...rest, sha256 }).sort(([a], [b]) => (a < b ? -1 : 1))));
}

function write(kind, data) {
  const checked = Buffer.concat([Buffer.from(kind, 'latin1'), data]);
  const number = (value) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value >>> 0);
    return bytes;
  };
  return [number(data.length), checked, number(crc32(checked))];
}
