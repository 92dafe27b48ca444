// @ts-check
// How big what ships is, compressed as a web server would (the stores' zip is a little worse), and which crates the
// core's bytes come from: the same module with names, before wasm-opt, function by function.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { root } from './media.mjs';
import { measureModule, pathOf } from './wasm.mjs';

/** [P] of issue 3, KB. */
const PROBE = 10;
const CORE = 60;
/** Parts of the core that are told apart, by where a function's code comes from; the first that fits. */
const PARTS = [
  ['reading', /read\.\.Read|whystall::read/],
  ['serde: reading', /serde.*(de\.\.|::de::|Deserialize)|Deserialize|DeserializeSeed|FieldVisitor/],
  ['serde: writing', /Seriali[sz]e|::ser::/],
  ['serde_json', /serde_json/],
  ['sorting', /slice::sort|whystall::sort|quicksort|driftsort/],
  ['BTreeMap', /collections::btree/],
  ['quick-xml', /quick_xml/],
  ['sha2', /sha2/],
  ['dlmalloc', /dlmalloc/],
  ['whystall::ledger', /whystall::ledger|whystall\.\.ledger/],
  ['whystall::view, wording', /whystall(::|\.\.)(view|wording)/],
  ['whystall::container', /whystall(::|\.\.)container/],
  ['whystall::manifest', /whystall(::|\.\.)manifest/],
  ['whystall-web (and what was inlined into it)', /whystall_web|framesession|popup/],
  ['whystall, the rest', /whystall/],
];
/** Only for linking: wasm-bindgen takes them out again. */
const REMOVED = /__wbindgen_describe|_describe_|WasmDescribe/;

export async function run() {
  const at = (/** @type {string} */ file) => readFile(path.join(root, file));
  const rows = [];
  for (const browser of ['chrome', 'firefox']) {
    const probe = kilobytes(await at(`dist/${browser}/probe.js`));
    rows.push({ what: `probe.js, ${browser}`, unit: 'KB', value: probe, target: { most: PROBE }, note: 'brotli 11; in every frame of every page' });
    rows.push({ what: `content.js, ${browser}`, unit: 'KB', value: kilobytes(await at(`dist/${browser}/content.js`)), note: 'brotli 11; in every frame of every page, and not asked for by issue 3' });
  }
  const module = await at('target/wasm/whystall_web_bg.wasm');
  const wasm = kilobytes(module);
  const glue = kilobytes(await at('target/wasm/whystall_web.js'));
  rows.push({ what: 'WebAssembly and its glue', unit: 'KB', value: wasm + glue, target: { most: CORE }, note: 'brotli 11; loaded once, by the background, where a player was found' });
  rows.push({ what: '… the WebAssembly', unit: 'KB', value: wasm });
  rows.push({ what: '… the same, not compressed', unit: 'KB', value: module.length / 1000 });
  const pages = kilobytes(await at('target/pages/whystall_pages_bg.wasm')) + kilobytes(await at('target/pages/whystall_pages.js'));
  rows.push({ what: 'the pages\' WebAssembly and its glue', unit: 'KB', value: pages, note: 'brotli 11; loaded by the extension\'s own pages alone' });

  const { functions, data } = measureModule(await at('target/named/wasm32-unknown-unknown/wasm/whystall_web.wasm'));
  const kept = functions.filter(({ name }) => !REMOVED.test(name));
  const all = kept.reduce((sum, { size }) => sum + size, data);
  /** @type {Map<string, number>} */
  const parts = new Map([['constants', data]]);
  for (const { name, size } of kept) {
    const part = PARTS.find(([, pattern]) => /** @type {RegExp} */ (pattern).test(pathOf(name)))?.[0] ?? 'std and the rest';
    parts.set(String(part), (parts.get(String(part)) ?? 0) + size);
  }
  for (const [part, size] of [...parts].sort((a, b) => b[1] - a[1])) {
    rows.push({ what: `… ${part}`, unit: '%', value: (100 * size) / all, note: 'share of code and data before wasm-opt; what is inlined counts where it went' });
  }
  return rows;
}

/** @param {Buffer} bytes */
function kilobytes(bytes) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return brotliCompressSync(bytes, { params }).length / 1000;
}
