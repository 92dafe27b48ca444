import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { finished } from './downloads.mjs';

const CARD = 'whystall-0123456789ab.png';

for (const [what, files, found] of [
  ['nothing', {}, false],
  ['what Firefox looks at first', { '1Ygmq4xK.png': '' }, false],
  ['the same with something in it', { '1Ygmq4xK.png': 'x' }, false],
  ['a placeholder', { [CARD]: '' }, false],
  ['a file of Firefox under way', { [CARD]: '', '1Ygmq4xK.png.part': 'x' }, false],
  ['a file of Chromium under way', { [`${CARD}.crdownload`]: 'x' }, false],
  ['another kind of file', { 'whystall-0123456789ab.whystall': 'x' }, false],
  ['the card', { [CARD]: 'x' }, true],
  ['the card beside older files', { [CARD]: 'x', 'taken.png': 'x' }, true],
]) {
  test(`a download: ${what}`, async () => {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'whystall-download-'));
    try {
      for (const [name, content] of Object.entries(files)) await writeFile(path.join(directory, name), content);
      assert.equal(await finished(directory, '.png'), found ? path.join(directory, CARD) : null);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
}
