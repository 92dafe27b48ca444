// Feeds extension/walker.js what stdin says and answers with the heads: see `PageWalker` in tests/walker/mod.rs.
// A question: its length; the format, the count and sizes of the appends; the appends' bytes. An answer: each
// head, its size before it. All numbers are of four bytes, little end first.
import { readSync, writeSync } from 'node:fs';
import { Walker } from '../../extension/walker.js';

const MIMES = ['video/mp4', 'video/webm', 'audio/aac', 'audio/mpeg'];

for (let length = read(4); length; length = read(4)) {
  const question = read(length.readUInt32LE());
  const walker = new Walker(MIMES[question.readUInt32LE(0)]);
  const appends = question.readUInt32LE(4);
  const parts = [];
  let at = 8 + 4 * appends;
  for (let i = 0; i < appends; i += 1) {
    const size = question.readUInt32LE(8 + 4 * i);
    const head = walker.feed(new Uint8Array(question.buffer, question.byteOffset + at, size));
    parts.push(number(head.length), head);
    at += size;
  }
  write(Buffer.concat(parts));
}

/** So many bytes of stdin; nothing where it has ended. */
function read(length) {
  const bytes = Buffer.alloc(length);
  for (let done = 0; done < length;) {
    const count = readSync(0, bytes, done, length - done);
    if (count === 0) return undefined;
    done += count;
  }
  return bytes;
}

function write(bytes) {
  for (let done = 0; done < bytes.length;) done += writeSync(1, bytes, done);
}

function number(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
