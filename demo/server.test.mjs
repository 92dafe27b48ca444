// The server does to a media segment what it was told to, says so in its log, and to nothing else.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { livePlaylist, published } from './manifest.mjs';
import { serve } from './server.mjs';
import { segmentOf } from './stream.mjs';

let dir;
before(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'whystall-server-'));
  await mkdir(path.join(dir, 'stream/360p'), { recursive: true });
  for (const n of ['000', '001', '002']) await writeFile(path.join(dir, `stream/360p/segment-${n}.m4s`), Buffer.alloc(1000));
  await writeFile(path.join(dir, 'secret.m4s'), 'not part of the stream');
});
after(() => rm(dir, { recursive: true }));

async function withServer(fault, act) {
  const server = await serve({ stream: { dir: path.join(dir, 'stream'), representations: {} }, fault });
  try {
    await act(server, (name) => fetch(`http://127.0.0.1:${server.host.split(':')[1]}/${name}`));
  } finally {
    await server.close();
  }
}

test('withholds a segment until its time, for every request of it', () =>
  withServer((track, n) => (n === 1 ? { kind: 'withheld', silence: 300 } : null), async (server, get) => {
    const bodies = await Promise.all([get('360p/segment-000.m4s'), get('360p/segment-001.m4s'), get('360p/segment-001.m4s')]);
    assert.deepEqual(bodies.map(({ status }) => status), [200, 200, 200]);
    await Promise.all(bodies.map((response) => response.arrayBuffer()));
    // Two requests of it waited for the same moment; a third finds it released.
    await (await get('360p/segment-001.m4s')).arrayBuffer();
    const [first, ...others] = server.log.filter(({ number }) => number === 1);
    assert.ok(first.firstByte - first.requested >= 299, 'silent for 300 ms');
    assert.deepEqual([first, ...others].map(({ fault }) => fault), ['withheld', 'withheld', null]);
    assert.equal(server.log.find(({ number }) => number === 0).fault, null);
  }));

test('says in its headers how long it was silent, when it was', () => {
  const confess = (waited) => ({ 'Server-Timing': `cdn-cache; desc=MISS, origin; dur=${waited}` });
  return withServer((track, n) => (n === 1 ? { kind: 'cache-miss', silence: 300, confess } : null), async (server, get) => {
    const said = async () => (await get('360p/segment-001.m4s')).headers.get('server-timing');
    const [, waited] = /^cdn-cache; desc=MISS, origin; dur=(\d+)$/.exec(await said());
    assert.ok(Number(waited) >= 298 && Number(waited) <= 600, waited);
    assert.equal(await said(), null);
  });
});

test('spreads a body, headers first', () =>
  withServer((track, n) => (n === 2 ? { kind: 'slow-body', spread: 300 } : null), async (server, get) => {
    const response = await get('360p/segment-002.m4s');
    assert.equal((await response.arrayBuffer()).byteLength, 1000);
    const [{ fault, requested, firstByte, lastByte }] = server.log;
    assert.equal(fault, 'slow-body');
    assert.ok(firstByte - requested < 150 && lastByte - firstByte >= 250, `${firstByte - requested}, ${lastByte - firstByte}`);
  }));

test('refuses a segment for a while, from its first request on', () =>
  withServer((track, n) => (n === 1 ? { kind: 'unavailable', status: 503, lasts: 300 } : null), async (server, get) => {
    const status = async () => (await get('360p/segment-001.m4s')).status;
    const statuses = [await status()];
    const from = performance.now();
    while (performance.now() - from < 350) statuses.push(await status());
    assert.equal(statuses.at(0), 503);
    assert.equal(statuses.at(-1), 200);
    // Once it has recovered, it stays so.
    assert.deepEqual(statuses, statuses.toSorted((a, b) => b - a));
    assert.ok(server.log.every(({ fault }) => fault === 'unavailable'));
  }));

test('refuses a missing segment for ever', () =>
  withServer((track, n) => (n === 1 ? { kind: 'missing', status: 404 } : null), async (server, get) => {
    for (let i = 0; i < 3; i += 1) assert.equal((await get('360p/segment-001.m4s')).status, 404);
    assert.equal((await get('360p/segment-002.m4s')).status, 200);
  }));

test('publishes a live stream segment by segment, a late one holds up what follows', () => {
  const late = (number) => (number === 3 ? 5000 : 0);
  const at = (now) => {
    const { first, end } = published(0, now, late);
    return [first, end];
  };
  assert.deepEqual(at(1999), [0, 0]);
  assert.deepEqual(at(2000), [0, 1]);
  assert.deepEqual(at(12_999), [0, 3]);
  // The fourth should have come at 8 s and the sixth at 12 s.
  assert.deepEqual(at(13_000), [0, 6]);
  assert.deepEqual(at(30_000), [7, 15]);
  const playlist = '#EXTM3U\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF:2,\na\n#EXTINF:2,\nb\n#EXTINF:2,\nc\n#EXT-X-ENDLIST\n';
  assert.equal(livePlaylist(playlist, { first: 1, end: 2 }), '#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:1\n#EXTINF:2,\nb\n');
});

test('serves nothing outside of the stream', () =>
  withServer(() => null, async (server, get) => {
    for (const name of ['..%2fsecret.m4s', '%2e%2e/secret.m4s', 'nothing.m4s']) assert.equal((await get(name)).status, 404, name);
    assert.deepEqual(server.log, []);
  }));

test('tells media segments from other files', () => {
  const named = (path) => Object.values(segmentOf(path));
  assert.deepEqual(named('/360p/segment-012.m4s'), ['video', '360p', 12]);
  assert.deepEqual(named('/live/sound/segment-000.m4s'), ['audio', 'sound', 0]);
  assert.deepEqual(named('/webm-sound/segment-100.webm'), ['audio', 'webm-sound', 100]);
  assert.deepEqual(named('/ts-540p/segment-001.ts'), ['muxed', 'ts-540p', 1]);
  for (const other of ['/master.m3u8', '/360p/index.m3u8', '/360p/init.mp4', '/index.mpd']) assert.equal(segmentOf(other), null);
});
