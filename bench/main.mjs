// @ts-check
// Runs benches by name, keeps their results in target/bench.json, prints a table. `cargo xtask bench` builds what they
// measure and calls this.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { root } from './media.mjs';
import { page, table } from './table.mjs';

/**
 * @typedef {object} Row
 * @property {string} what
 * @property {string} unit
 * @property {number | null} value null: could not be measured; the note says why
 * @property {number} [low] with `high` the 95 % interval
 * @property {number} [high]
 * @property {{ most?: number, least?: number }} [target]
 * @property {string} [note]
 */

const words = process.argv.slice(2);
const quick = words.includes('--quick');
const names = words.filter((word) => !word.startsWith('--'));
const file = path.join(root, 'target/bench.json');
const results = JSON.parse(await readFile(file, 'utf8').catch(() => '{}'));
let failed = 0;

for (const [index, name] of names.entries()) {
  console.error(`── ${name} (${index + 1} of ${names.length})`);
  const began = Date.now();
  try {
    const { run } = await import(`./${name}.mjs`);
    /** @type {Row[]} */
    const rows = await run({ quick });
    results[name] = { date: new Date().toISOString(), quick, seconds: Math.round((Date.now() - began) / 1000), machine: machine(), rows };
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
    console.log(table(rows));
  } catch (error) {
    // A target that is missed is a result; only what could not be measured is an error.
    failed += 1;
    console.error(`${name} failed:`, error);
  }
}
if (words.includes('--docs')) {
  const docs = path.join(root, 'docs/benchmarks.md');
  await writeFile(docs, page(results, await readFile(docs, 'utf8').catch(() => '')));
}
process.exit(failed > 0 ? 1 : 0);

/** The kind of machine; nothing that names this one. */
function machine() {
  const [{ model }] = os.cpus();
  return `${os.availableParallelism()} × ${model.trim()}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.arch()}, Node.js ${process.version}`;
}
