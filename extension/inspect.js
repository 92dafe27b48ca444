// @ts-check
// Checks what others handed on: a card or evidence is dropped or chosen, and what `whystall verify` would say of it is said here.
// In a worker, which is ended if it takes too long: whoever made the file need not mean well.

import { render } from './render.js';
import { catalogue } from './words.js';

const api = globalThis.browser ?? globalThis.chrome;
const say = (/** @type {string} */ key) => api.i18n.getMessage(key);

/** Largest file read: as large as a card or a bundle may be (crates/picture, src/bundle). */
const SIZE_LIMIT = 8 << 20;
/** Milliseconds. The largest bundles take a second on a slow machine. */
const PATIENCE = 15_000;

/**
 * Makes this element the place where files are checked.
 * @param {HTMLElement} element
 */
export function mountInspector(element) {
  const title = make('h2', say('check_title'));
  title.id = 'check-title';
  element.setAttribute('aria-labelledby', title.id);
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = '.png,.whystall,.json,image/png';
  input.hidden = true;
  const choose = make('button', say('check_choose'));
  choose.type = 'button';
  choose.addEventListener('click', () => input.click());
  const drop = make('div');
  drop.className = 'drop';
  drop.append(choose, make('p', say('check_drop')), input);
  const answer = make('div');
  answer.setAttribute('role', 'status');
  element.replaceChildren(title, make('p', say('check_intro')), drop, answer);

  /** The file looked at last: an answer to an earlier one comes too late. @type {File | undefined} */
  let current;
  const check = async (/** @type {File | undefined} */ file) => {
    if (!file) return;
    current = file;
    answer.replaceChildren(make('p', say('check_busy')));
    const told = await checked(file).catch((error) => ({ good: false, said: 'check_failed', why: String(error?.message ?? error) }));
    if (current === file) show(answer, file, told);
  };
  input.addEventListener('change', () => check(input.files?.[0]).finally(() => (input.value = '')));
  // What misses the place must not replace the page.
  for (const type of ['dragover', 'drop']) document.addEventListener(type, (event) => event.preventDefault());
  for (const type of ['dragenter', 'dragover']) drop.addEventListener(type, () => drop.classList.add('over'));
  for (const type of ['dragleave', 'drop']) drop.addEventListener(type, () => drop.classList.remove('over'));
  drop.addEventListener('drop', ({ dataTransfer }) => check(dataTransfer?.files[0]));
}

/**
 * What came of it: crates/pages/src/inspect.rs.
 * @typedef {{ good: boolean, said: string, why?: string, hash?: string, began?: number, view?: import('./render.js').Tree }} Told
 */

/** @param {File} file @returns {Promise<Told>} */
async function checked(file) {
  if (file.size > SIZE_LIMIT) return { good: false, said: 'check_too_large', why: `${file.size} > ${SIZE_LIMIT} bytes` };
  const [bytes, words] = await Promise.all([file.arrayBuffer(), catalogue()]);
  const worker = new Worker('inspect-worker.js');
  try {
    return await new Promise((resolve, reject) => {
      const late = setTimeout(() => resolve({ good: false, said: 'check_too_long' }), PATIENCE);
      worker.onmessage = ({ data }) => (clearTimeout(late), resolve(JSON.parse(data)));
      worker.onerror = (event) => (clearTimeout(late), reject(new Error(event.message)));
      worker.postMessage({ bytes, words }, [bytes]);
    });
  } finally {
    worker.terminate();
  }
}

/** @param {HTMLElement} answer @param {File} file @param {Told} told */
function show(answer, file, { good, said, why, hash, began, view }) {
  const box = make('div');
  box.className = `checked ${good ? 'good' : 'bad'}`;
  const sentence = make('p', `${good ? '✓' : '✗'} ${file.name}: ${say(said)}`);
  sentence.className = 'said';
  box.append(sentence);
  if (why) {
    const detail = make('p', why);
    detail.className = 'note';
    detail.lang = 'en';
    box.append(detail);
  }
  if (good) box.append(make('p', say('check_proves')));
  // Evidence without a date counts from 1970.
  if (began !== undefined && began > Date.UTC(2000)) {
    const date = new Date(began).toLocaleString(api.i18n.getUILanguage(), { dateStyle: 'medium', timeStyle: 'short' });
    box.append(make('p', `${say('check_began')} ${date}`));
  }
  if (hash) {
    const line = make('p', `SHA-256 ${hash}`);
    line.className = 'hash';
    box.append(line);
  }
  if (view) {
    const verdict = make('div');
    render(verdict, view, () => {});
    box.append(verdict);
  }
  answer.replaceChildren(box);
}

/** @template {keyof HTMLElementTagNameMap} T @param {T} tag @param {string} [text] */
function make(tag, text = '') {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}
