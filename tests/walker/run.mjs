// Feeds extension/walker.js what stdin says and writes the heads to stdout: see tests/container/hostile.rs.
// stdin: bytes of the script; the script, per case the format, the count and sizes of the appends; the appends' bytes.
import { readFileSync, writeSync } from 'node:fs';
import { Walker } from '../../extension/walker.js';

const input = readFileSync(0);
const script = input.readUInt32LE(0);
let at = 4 + script;
const heads = [];
for (let step = 4; step < 4 + script;) {
  const walker = new Walker(['video/mp4', 'video/webm', 'audio/aac', 'audio/mpeg'][input.readUInt32LE(step)]);
  const appends = input.readUInt32LE(step + 4);
  step += 8;
  for (let i = 0; i < appends; i++, step += 4) {
    const size = input.readUInt32LE(step);
    const head = walker.feed(new Uint8Array(input.buffer, input.byteOffset + at, size));
    at += size;
    const length = Buffer.alloc(4);
    length.writeUInt32LE(head.length);
    heads.push(length, head);
  }
}
const output = Buffer.concat(heads);
for (let done = 0; done < output.length;) done += writeSync(1, output, done);
