// node --test extension/walker.test.mjs. That the walker agrees with an independent one is in tests/container/.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { Walker } from './walker.js';

const MEDIA = new URL('../tests/media/', import.meta.url);
const files = readdirSync(MEDIA).filter((name) => /\.(mp4|webm)$/.test(name));
const mimeOf = (name) => `video/${name.split('.').at(-1)}`;
const media = (name) => new Uint8Array(readFileSync(new URL(name, MEDIA)));

function box(type, payload) {
  const bytes = Buffer.alloc(8 + payload.length);
  bytes.writeUInt32BE(bytes.length);
  bytes.write(type, 4, 'latin1');
  bytes.set(payload, 8);
  return new Uint8Array(bytes);
}

const joined = (...parts) => new Uint8Array(Buffer.concat(parts));

/** Top-level boxes of well-formed bytes. */
function* boxes(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < bytes.length; at += view.getUint32(at)) {
    yield { type: String.fromCharCode(...bytes.subarray(at + 4, at + 8)), bytes: bytes.subarray(at, at + view.getUint32(at)) };
  }
}

/** A generator of numbers below 1 that is the same every time (mulberry32). */
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let x = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Feeds pieces cut at random; the heads, joined and without their first bytes, or null if it gave up. */
function fedInPieces(mime, bytes, rand) {
  const walker = new Walker(mime);
  const kept = [];
  for (let at = 0; at < bytes.length;) {
    const end = Math.min(bytes.length, at + 1 + Math.floor(rand() ** 4 * 2000));
    const head = walker.feed(bytes.subarray(at, end));
    if (head.length === 0) return null;
    kept.push(head.subarray(1));
    at = end;
  }
  return joined(...kept);
}

test('keeps moov and moof, and of other boxes the headers', () => {
  for (const name of files.filter((name) => name.endsWith('.mp4'))) {
    const bytes = media(name);
    const expected = [Uint8Array.of(1)];
    for (const { type, bytes: whole } of boxes(bytes)) {
      expected.push(type === 'moov' || type === 'moof' ? whole : whole.subarray(0, 8));
    }
    assert.deepEqual(new Walker('video/mp4; codecs="avc1.64000a"').feed(bytes), joined(...expected), name);
  }
});

test('keeps headers, numbers and where blocks belong of WebM', () => {
  const element = (id, ...payload) => [...id, 0x80 + payload.length, ...payload];
  const head = [
    ...[0x1a, 0x45, 0xdf, 0xa3], 0x89, // more than a number: left out
    ...[0x18, 0x53, 0x80, 0x67], 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, // of unknown size: walked into
    ...element([0x2a, 0xd7, 0xb1], 1, 2, 3),
    ...[0x1f, 0x43, 0xb6, 0x75], 0xff,
    ...element([0xe7], 9),
    ...[0xa3], 0x86, 0x81, 0, 1, 0x80,
    ...[0xa0], 0x89,
    ...[0xa1], 0x85, 0x81, 0, 2, 0,
    ...element([0x9b], 5),
  ];
  const media = [...head];
  // From the last to the first, so that places stay.
  media.splice(head.length - 3, 0, 77);
  media.splice(head.length - 11, 0, 77, 77);
  media.splice(5, 0, ...Array(9).fill(77));
  const walker = new Walker('audio/WebM; codecs="opus"');
  assert.deepEqual([...walker.feed(Uint8Array.from(media))], [1, ...head]);
});

test('tells hardly more of WebM than its times', () => {
  const bytes = media('audio.webm');
  const blocks = 101; // of 20 ms
  assert.ok(new Walker('audio/webm').feed(bytes).length < 250 + 8 * blocks);
});

test('cutting appends anywhere changes nothing, also in media gone wrong', () => {
  const rand = random(1);
  let followed = 0;
  for (let round = 0; round < 300; round++) {
    const name = files[round % files.length];
    const bytes = media(name);
    for (let edits = round % 5; edits > 0; edits--) bytes[Math.floor(rand() * bytes.length)] = Math.floor(rand() * 256);
    const whole = new Walker(mimeOf(name)).feed(bytes);
    const pieces = fedInPieces(mimeOf(name), bytes, rand);
    if (whole.length === 0) assert.equal(pieces, null);
    else assert.deepEqual(pieces, whole.subarray(1));
    followed += whole.length > 0 ? 1 : 0;
  }
  assert.ok(followed > 100 && followed < 300, `both outcomes were tried: ${followed}`);
});

test('says whether an append begins at a boundary', () => {
  const walker = new Walker('audio/mp4');
  const mdat = box('mdat', new Uint8Array(100));
  assert.deepEqual(walker.feed(mdat.subarray(0, 5)), Uint8Array.of(1, ...mdat.subarray(0, 5)));
  assert.deepEqual(walker.feed(mdat.subarray(5, 50)), Uint8Array.of(0, ...mdat.subarray(5, 8)));
  assert.deepEqual(walker.feed(mdat.subarray(50)), Uint8Array.of(0));
  assert.deepEqual(walker.feed(mdat), Uint8Array.of(1, ...mdat.subarray(0, 8)));
  walker.feed(mdat.subarray(0, 50));
  walker.reset();
  assert.deepEqual(walker.feed(mdat), Uint8Array.of(1, ...mdat.subarray(0, 8)));
});

test('gives up on what cannot be followed, until the next initialisation segment', () => {
  const moof = box('moof', new Uint8Array(50));
  for (const bad of [
    box('moof', new Uint8Array((256 << 10) - 7)),
    box('moov', new Uint8Array((1 << 20) - 7)),
    Uint8Array.of(0, 0, 0, 7, ...Buffer.from('free')),
    Uint8Array.of(0, 0, 0, 0, ...Buffer.from('moof')),
    Uint8Array.of(0, 0, 0, 1, ...Buffer.from('free'), 0, 0, 0, 0, 0, 0, 0, 15),
    joined(...Array(5).fill(box('moof', new Uint8Array((256 << 10) - 8)))),
  ]) {
    const walker = new Walker('video/mp4');
    assert.equal(walker.feed(bad).length, 0);
    assert.equal(walker.feed(moof).length, 0);
    assert.equal(walker.feed(box('ftyp', moof)).length, 9);
    assert.equal(walker.feed(moof).length, 1 + moof.length);
  }
});

test('other containers have no head', () => {
  for (const mime of ['video/mp2t; codecs="avc1.64001f"', 'text/html', '']) {
    const walker = new Walker(mime);
    assert.deepEqual(walker.feed(media('video.mp4')), new Uint8Array(0));
    walker.reset();
  }
});

test('heads are their own memory', () => {
  const walker = new Walker('video/mp4');
  const first = walker.feed(media('video.mp4'));
  const copy = first.slice();
  walker.feed(media('audio.mp4'));
  assert.deepEqual(first, copy);
  assert.equal(first.buffer.byteLength, first.length);
});

test('works in a page that has replaced everything', () => {
  const bytes = joined(media('muxed.mp4'), media('video.mp4'));
  const webm = media('muxed.webm');
  const expected = [new Walker('video/mp4').feed(bytes), new Walker('video/webm').feed(webm)];
  const typed = Object.getPrototypeOf(Uint8Array.prototype);
  const places = [
    [typed, ['set', 'subarray', 'slice', 'length', 'buffer', 'byteOffset', 'constructor', Symbol.iterator]],
    [Uint8Array.prototype, ['constructor', 'set', 'length']],
    [Array.prototype, ['push', 'concat', Symbol.iterator, '0', '1']],
    [String.prototype, ['toLowerCase', 'startsWith', 'indexOf', 'charCodeAt', Symbol.iterator]],
    [Function.prototype, ['call', 'apply', 'bind']],
    [Math, ['min', 'max', 'floor', 'pow', 'clz32']],
    [Reflect, ['apply']],
    [globalThis, ['Uint8Array', 'Math', 'Reflect']],
  ];
  const undo = [];
  let heads;
  let threw;
  for (const [object, names] of places) {
    for (const name of names) {
      undo.push([object, name, Object.getOwnPropertyDescriptor(object, name)]);
    }
  }
  const { defineProperty } = Object;
  const count = undo.length;
  let spies = 0;
  for (let i = 0; i < count; i++) {
    const spy = () => {
      spies++;
      throw new Error('the page was asked');
    };
    defineProperty(undo[i][0], undo[i][1], { configurable: true, get: spy, set: spy });
  }
  try {
    const walker = new Walker('video/mp4');
    const first = walker.feed(bytes);
    walker.reset();
    const other = new Walker('video/webm');
    const second = other.feed(webm);
    heads = [first, second];
  } catch (error) {
    threw = error;
  }
  const spied = spies;
  for (let i = 0; i < count; i++) {
    if (undo[i][2]) defineProperty(undo[i][0], undo[i][1], undo[i][2]);
    else delete undo[i][0][undo[i][1]];
  }
  assert.equal(threw, undefined);
  assert.equal(spied, 0);
  assert.deepEqual(heads, expected);
});
