// @ts-check
// Checks what others handed on: a card or evidence is dropped or chosen, and what `whystall verify` would say of it is said here.
// In a worker, which is ended if it takes too long: whoever made the file need not mean well.

import { render } from './render.js';
import { element as make, say, when } from './say.js';
import { catalogue } from './words.js';

/** Largest file read: as large as a card or a bundle may be (crates/picture, src/bundle). */
const SIZE_LIMIT = 8 << 20;
/** Milliseconds. The largest bundles take a second on a slow machine. */
const PATIENCE = 15_000;

/**
 * Makes this element the place where files are checked.
 * @param {HTMLElement} element
 */
export function mountInspector(element) {
  element.setAttribute('aria-labelledby', 'check-title');
  const input = /** @type {HTMLInputElement} */ (make('input', { type: 'file', accept: '.png,.whystall,.json,image/png', hidden: true }));
  const choose = make('button', { type: 'button', onclick: () => input.click() }, say('check_choose'));
  const drop = make('div', { class: 'drop' }, choose, make('p', {}, say('check_drop')), input);
  const answer = make('div', { role: 'status' });
  element.replaceChildren(make('h2', { id: 'check-title' }, say('check_title')), make('p', {}, say('check_intro')), drop, answer);

  /** The file looked at last: an answer to an earlier one comes too late. @type {File | undefined} */
  let current;
  const check = async (/** @type {File | undefined} */ file) => {
    if (!file) return;
    current = file;
    answer.replaceChildren(make('p', {}, say('check_busy')));
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
  const box = make('div', { class: `checked ${good ? 'good' : 'bad'}` }, make('p', { class: 'said' }, `${good ? '✓' : '✗'} ${file.name}: ${say(said)}`));
  if (why) box.append(make('p', { class: 'note', lang: 'en' }, why));
  if (good) box.append(make('p', {}, say('check_proves')));
  if (view) box.append(make('p', {}, began === undefined ? say('date_unknown') : `${say('check_began')} ${when(began)}`));
  if (hash) box.append(make('p', { class: 'hash' }, `SHA-256 ${hash}`));
  if (view) {
    const verdict = make('div');
    render(verdict, view, () => {});
    box.append(verdict);
  }
  answer.replaceChildren(box);
}
