// The core in WebAssembly is the native core: the same facts give evidence that the program replays to the same bytes.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Walker } from '../../extension/walker.js';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
const START = 1_700_000_000_000;

let core;
let FrameSession;
let pages;
let words;
let media;
let dir;
before(async () => {
  core = await import(path.join(root, 'target/wasm/whystall_web.js'));
  core.initSync({ module: await readFile(path.join(root, 'target/wasm/whystall_web_bg.wasm')) });
  FrameSession = core.FrameSession;
  pages = await import(path.join(root, 'target/pages/whystall_pages.js'));
  pages.initSync({ module: await readFile(path.join(root, 'target/pages/whystall_pages_bg.wasm')) });
  words = await readFile(path.join(root, 'extension/_locales/en/messages.json'), 'utf8');
  media = new Uint8Array(await readFile(path.join(root, 'tests/media/video.mp4')));
  dir = await mkdtemp(path.join(os.tmpdir(), 'whystall-wasm-'));
});
after(() => rm(dir, { recursive: true }));

test('a stall seen by the WebAssembly core replays natively to the same bytes', async () => {
  const session = new FrameSession('test', words);
  const records = feed(session, stall());
  assert.equal(records.length, 1);
  const [{ bundle, report }] = records;
  const [found] = JSON.parse(report).stalls;
  assert.equal(found.kind, 'starved');
  assert.deepEqual(found.blocking.map(({ range }) => range), [{ start: 2_000_000, end: 4_000_000 }]);

  const file = path.join(dir, 'bundle.whystall');
  await writeFile(file, bundle);
  const whystall = (command) => promisify(execFile)(path.join(root, 'target/debug/whystall'), [command, file]);
  await whystall('verify');
  assert.equal((await whystall('replay')).stdout.trimEnd(), report);

  const share = new pages.Share(bundle, words);
  const svg = share.svg('today', undefined, undefined, false, false);
  assert.match(svg, /^<svg [^>]*xml:lang="en"/);
  assert.match(svg, /<title>Playback stopped for 3\.0\ss: the answer from video\.example came late\./);
  // A card that both pages and program say the same of.
  const card = path.join(dir, 'card.png');
  await writeFile(card, share.seal(new Uint8Array(4 * 6), 3, 2));
  assert.match(JSON.parse(pages.inspect(await readFile(card), words)).said, /^check_card$/);
  const { stdout } = await promisify(execFile)(path.join(root, 'target/debug/whystall'), ['replay', card]);
  assert.equal(stdout.trimEnd(), report);
});

test('a session restored from its snapshot in the middle of a stall ends with the same evidence', () => {
  const facts = stall();
  const [{ id }] = feed(new FrameSession('test', words), facts);
  const half = facts.findIndex(({ why }) => why === 'waiting') + 10;
  const first = new FrameSession('test', words);
  assert.deepEqual(feed(first, facts.slice(0, half), false), []);
  const second = new FrameSession('test', words);
  assert.equal(second.restore(first.snapshot()), half);
  const records = feed(second, facts.slice(half), true, half);
  assert.deepEqual(records.map((record) => record.id), [id]);
});

test('what was watched is counted once, though the session is restored, and the stall is told while it lasts', () => {
  const facts = stall();
  const whole = new FrameSession('test', words);
  feed(whole, facts);
  const { watched, stall: none } = whole.account();
  assert.equal(none, null);
  // 47 frames and 47 more, and three of a second to begin, from when data was there.
  assert.ok(Math.abs(watched.played - 3_900_000) < 150_000, JSON.stringify(watched));
  assert.deepEqual([watched.starts, watched.reduced], [1, 0]);

  const half = facts.findIndex(({ why }) => why === 'waiting') + 10;
  const first = new FrameSession('test', words);
  feed(first, facts.slice(0, half), false);
  assert.equal(first.stalled, true);
  const { stall: underWay } = first.account();
  assert.deepEqual([underWay.kind, underWay.ended], ['starved', null]);
  const second = new FrameSession('test', words);
  second.restore(first.snapshot());
  assert.deepEqual(second.account().watched, first.account().watched);
  feed(second, facts.slice(half), true, half);
  assert.deepEqual(second.account().watched, watched);
  assert.equal(second.stalled, false);
});

test('what is no fact is counted and dropped, and what follows is still taken', () => {
  const session = new FrameSession('test', words);
  const junk = [null, 7, 'fact', {}, { k: 'nonsense', t: 1 }, { k: 'frame', t: 'now', element: -1, position: NaN }, []];
  session.handle(junk, 0);
  assert.equal(session.malformed, junk.length);
  const facts = stall();
  assert.equal(feed(session, facts, true, junk.length).length, 1);
});

/** Hands facts over in batches, then lets time pass; gives the records. */
function feed(session, facts, toTheEnd = true, from = 0) {
  const records = [];
  for (let at = 0; at < facts.length; at += 20) {
    records.push(...session.handle(facts.slice(at, at + 20), from + at).records);
  }
  if (toTheEnd) records.push(...session.tick(START + 60_000).records);
  return records;
}

/** Two seconds of video play, the next two come three seconds late, and play too. */
function stall() {
  const facts = [];
  const tell = (ms, k, members) => facts.push({ k, t: START + ms, ...members });
  const look = (ms, why, position) =>
    tell(ms, 'playback', { element: 1, why, position, rate: 1, paused: false, seeking: false, ended: false, ready: 4, gesture: false });
  const fetched = (ms, id, wait, offset) => {
    const url = `https://video.example/${id}.m4s`;
    tell(ms, 'request', { id: String(id), url });
    return () => {
      tell(ms + wait, 'response', { id: String(id), status: 200, length: media.length, cached: false });
      tell(ms + wait + 5, 'completed', { id: String(id) });
      tell(ms + wait + 10, 'append', { track: 1, bytes: media.length, head: new Walker('video/mp4').feed(media), offset });
      tell(ms + wait + 15, 'updated', { track: 1, outcome: 'updateend' });
      tell(ms + wait + 16, 'buffered', { element: 1, spans: [0, offset + 2] });
    };
  };
  const frames = (ms, from, to) => {
    for (let n = Math.round(from * 24); n < to * 24; n += 1) {
      const at = ms + Math.round((n / 24 - from) * 1000);
      tell(at, 'frame', { element: 1, position: n / 24 });
      if (n % 3 === 0) look(at, 'sample', n / 24);
    }
  };

  tell(0, 'source', { source: 1, url: 'blob:https://page.example/1' });
  tell(1, 'attached', { element: 1, url: 'blob:https://page.example/1' });
  tell(2, 'track', { source: 1, track: 1, mime: 'video/mp4; codecs="avc1.64000a"' });
  fetched(10, 1, 40, 0)();
  look(80, 'loadeddata', 0);
  look(90, 'playing', 0);
  const second = fetched(95, 2, 4900, 2);
  frames(100, 0, 2);
  for (let ms = 2100; ms < 5000; ms += 100) look(ms, ms === 2100 ? 'waiting' : 'sample', 47 / 24);
  second();
  look(5020, 'playing', 2);
  frames(5030, 2, 4);
  return facts;
}
