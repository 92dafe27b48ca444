// The server does to a media segment what it was told to, says so in its log, and to nothing else.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
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
  const server = await serve({ stream: { dir: path.join(dir, 'stream'), master: 'master.m3u8' }, fault });
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

test('spreads a body, headers first', () =>
  withServer((track, n) => (n === 2 ? { kind: 'slow-body', spread: 300 } : null), async (server, get) => {
    const response = await get('360p/segment-002.m4s');
    assert.equal((await response.arrayBuffer()).byteLength, 1000);
    const [{ fault, requested, firstByte, lastByte }] = server.log;
    assert.equal(fault, 'slow-body');
    assert.ok(firstByte - requested < 150 && lastByte - firstByte >= 250, `${firstByte - requested}, ${lastByte - firstByte}`);
  }));

test('serves nothing outside of the stream', () =>
  withServer(() => null, async (server, get) => {
    for (const name of ['..%2fsecret.m4s', '%2e%2e/secret.m4s', 'nothing.m4s']) assert.equal((await get(name)).status, 404, name);
    assert.deepEqual(server.log, []);
  }));

test('tells media segments from other files', () => {
  assert.deepEqual(segmentOf('/360p/segment-012.m4s'), { track: 'video', number: 12 });
  assert.deepEqual(segmentOf('/sound/segment-000.m4s'), { track: 'audio', number: 0 });
  for (const other of ['/master.m3u8', '/360p/index.m3u8', '/360p/init_0.mp4']) assert.equal(segmentOf(other), null);
});
