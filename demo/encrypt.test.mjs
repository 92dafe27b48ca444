// ffmpeg, which has its own idea of Common Encryption, gets back what went in.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { KEYS, encryptInit, encryptSegment } from './encrypt.mjs';

const media = fileURLToPath(new URL('../tests/media/', import.meta.url));

/** Initialisation segment, and the fragments after it. */
function pieces(bytes) {
  const begins = [...bytes.toString('latin1').matchAll(/moof/g)].map(({ index }) => index - 4);
  const end = bytes.lastIndexOf('mfra') > 0 ? bytes.lastIndexOf('mfra') - 4 : bytes.length;
  return [bytes.subarray(0, begins[0]), ...begins.map((from, i) => bytes.subarray(from, begins[i + 1] ?? end))];
}

for (const track of ['video', 'audio']) {
  test(`${track} can be decrypted with the key of each fragment`, async () => {
    const dir = await mkdtemp(path.join(os.tmpdir(), 'whystall-encrypt-'));
    try {
      const frames = async (bytes, ...options) => {
        const file = path.join(dir, 'file.mp4');
        await writeFile(file, bytes);
        const { stdout } = await promisify(execFile)('ffmpeg', ['-v', 'error', ...options, '-i', file, '-f', 'framemd5', '-']);
        return stdout.split('\n').filter((line) => line && !line.startsWith('#'));
      };
      const [init, ...fragments] = pieces(await readFile(path.join(media, `${track}.mp4`)));
      const keyed = encryptInit(init, KEYS[0]);
      const encrypted = fragments.map((fragment, i) => encryptSegment(fragment, { track, key: KEYS[Math.min(i, 1)], rotated: i > 0, name: String(i) }));
      assert.ok(encrypted.length > 1);
      for (const [i, fragment] of fragments.entries()) {
        const clear = await frames(Buffer.concat([init, fragment]));
        const key = KEYS[Math.min(i, 1)].key.toString('hex');
        assert.ok(!encrypted[i].includes(fragment.subarray(fragment.indexOf('mdat'))), 'the media is as it was');
        assert.deepEqual(await frames(Buffer.concat([keyed, encrypted[i]]), '-decryption_key', key), clear);
      }
      // What the tests of the core read.
      assert.deepEqual(await readFile(path.join(media, `${track}-encrypted.mp4`)), Buffer.concat([keyed, ...encrypted]));
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });
}
