// @ts-check
// The WebAssembly of the extension's own pages, and of their workers, which know no `browser`: an address beside theirs will do.

import init, * as bindings from '../target/pages/whystall_pages.js';

/** @type {Promise<unknown> | undefined} */
let loading;

/** Its classes and functions, when they can be called. */
export async function pages() {
  loading ??= init({ module_or_path: 'whystall_pages_bg.wasm' });
  try {
    await loading;
  } catch (error) {
    loading = undefined;
    throw error;
  }
  return bindings;
}
