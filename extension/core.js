// @ts-check
// The Rust core in this script. Started when first needed; started anew after it trapped.

import init, * as bindings from '../target/wasm/whystall_web.js';
import { catalogue } from './words.js';

const api = globalThis.browser ?? globalThis.chrome;

/** @type {Promise<unknown> | undefined} */
let loading;

/** Counts the instances: objects of an earlier one are dead. */
export let generation = 0;

/** The catalogue of the language that the browser speaks with the viewer, once the core can be called. */
export let words = '';

/** The core's classes and functions, when they can be called. */
export async function core() {
  loading ??= Promise.all([init({ module_or_path: api.runtime.getURL('whystall_web_bg.wasm') }), readWords()]);
  try {
    await loading;
  } catch (error) {
    loading = undefined;
    throw error;
  }
  return bindings;
}

async function readWords() {
  words = await catalogue();
}

/** After a trap nothing of the old instance may be called again. */
export function renew() {
  generation += 1;
  bindings.__wbg_reset_state();
}

/** Whether the core died of this, rather than refused something. @param {unknown} error */
export function isTrap(error) {
  return error instanceof WebAssembly.RuntimeError;
}
