// @ts-check
// How many bundles `whystall verify` does in a second: read, form, hash, full replay. The recordings of tests/replay, again
// and again; starting the program is in it.
import { execFile } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { root } from './media.mjs';
import { bootstrap, median } from './statistics.mjs';

const program = path.join(root, 'target/release/whystall');
const recordings = path.join(root, 'tests/replay');
/** [P] of issue 5. */
const LEAST = 300;
/** Times that a run goes through the recordings. */
const TIMES = 10;

/** @param {{ quick: boolean }} options */
export async function run({ quick }) {
  const bundles = (await readdir(recordings, { recursive: true })).filter((name) => name.endsWith('bundle.whystall'));
  const sizes = await Promise.all(bundles.map(async (name) => (await stat(path.join(recordings, name))).size));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const rows = [];
  for (const jobs of [1, os.availableParallelism()]) {
    /** @type {number[]} */
    const rates = [];
    for (let round = 0; round < (quick ? 2 : 15); round += 1) rates.push(await rate(jobs, sizes.length * TIMES));
    const target = jobs === 1 ? { target: { least: LEAST } } : {};
    const note = `${sizes.length} recordings of ${Math.round(bytes / sizes.length / 1000)} KB on average, all in the file cache`;
    rows.push({ what: `bundles verified in a second, ${jobs} at a time`, unit: '', ...bootstrap(rates, median), ...target, note });
    if (jobs === 1) rows.push({ what: '… in megabytes', unit: 'MB/s', value: (median(rates) * bytes) / sizes.length / 1e6 });
  }
  return rows;
}

/** @param {number} jobs @param {number} expected */
async function rate(jobs, expected) {
  const began = process.hrtime.bigint();
  const names = Array.from({ length: TIMES }, () => recordings);
  const { stdout } = await promisify(execFile)(program, ['verify', '--json', '--jobs', String(jobs), ...names], { maxBuffer: 1 << 26 });
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  const good = stdout.split('\n').filter((line) => line.includes('"ok":true')).length;
  if (good !== expected) throw new Error(`${good} of ${expected} are good`);
  return good / seconds;
}
