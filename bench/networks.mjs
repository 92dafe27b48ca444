// @ts-check
// The table of networks, as the extension has it: its size in the package, loading it into WebAssembly (which checks all of it),
// and looking addresses up.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { root } from './media.mjs';
import { bootstrap, median } from './statistics.mjs';

const file = path.join(root, 'target/networks/networks.bin');
const bindings = path.join(root, 'target/bench-wasm/whystall_bench.js');
/** Of issue 6. */
const [MOST_BYTES, MOST_LOADING, MOST_LOOKUP] = [3_000_000, 50, 1_000];
const LOOKUPS = 200_000;

/** @param {{ quick: boolean }} options */
export async function run({ quick }) {
  const bytes = await readFile(file);
  const { default: init, Networks } = await import(bindings);
  await init({ module_or_path: await readFile(bindings.replace(/\.js$/, '_bg.wasm')) });
  /** @type {number[]} */
  const loading = [];
  /** @type {number[]} */
  const lookups = [];
  let found = 0;
  for (let round = 0; round < (quick ? 3 : 30); round += 1) {
    let began = performance.now();
    const networks = new Networks(bytes);
    loading.push(performance.now() - began);
    began = performance.now();
    found = networks.look_up(LOOKUPS, round);
    lookups.push(((performance.now() - began) / LOOKUPS) * 1e6);
    networks.free();
  }
  if (found < LOOKUPS / 2) throw new Error(`only ${found} of ${LOOKUPS} addresses have a network`);
  const packed = deflateRawSync(bytes, { level: 9 }).length;
  return [
    { what: 'the table in the package, compressed', unit: 'B', value: packed, target: { most: MOST_BYTES }, note: `${bytes.length} B on the disk and in memory` },
    { what: 'loading and checking it', unit: 'ms', ...bootstrap(loading, median), target: { most: MOST_LOADING } },
    { what: 'looking up a random IPv4 address', unit: 'ns', ...bootstrap(lookups, median), target: { most: MOST_LOOKUP }, note: `${Math.round((found / LOOKUPS) * 100)} % have a network` },
  ];
}
