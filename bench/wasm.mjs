// @ts-check
// How many bytes each function of a WebAssembly module takes, and which crate it is of.

/** Sections by their number. */
const CUSTOM = 0;
const IMPORT = 2;
const CODE = 10;
const DATA = 11;
/** Function names, in the custom section `name`. */
const FUNCTION_NAMES = 1;

/**
 * @param {Uint8Array} bytes
 * @returns {{ functions: { name: string, size: number }[], data: number, total: number }}
 */
export function measureModule(bytes) {
  let imported = 0;
  let data = 0;
  /** @type {number[]} */
  let sizes = [];
  /** @type {Map<number, string>} */
  let names = new Map();
  const reader = new Reader(bytes, 8);
  while (!reader.done) {
    const id = reader.bytes(1)[0];
    const section = new Reader(reader.bytes(reader.number()), 0);
    if (id === IMPORT) imported = countFunctions(section);
    else if (id === CODE) sizes = Array.from({ length: section.number() }, () => section.bytes(section.number()).length);
    else if (id === DATA) data = section.length;
    else if (id === CUSTOM && section.text() === 'name') names = functionNames(section);
  }
  const functions = sizes.map((size, index) => ({ name: names.get(imported + index) ?? '?', size }));
  return { functions, data, total: bytes.length };
}

/**
 * The path of a mangled Rust name, `crate::module::…`: generics and hashes left out.
 * @param {string} name
 */
export function pathOf(name) {
  const legacy = /^_ZN(.*)E$/.exec(name);
  const v0 = /^_R/.test(name);
  if (!legacy && !v0) return name;
  const parts = [];
  const text = legacy ? legacy[1] : name;
  for (let at = 0; at < text.length;) {
    const match = /^(\d+)_?/.exec(text.slice(at));
    if (!match) {
      at += 1;
      continue;
    }
    const length = Number(match[1]);
    parts.push(text.slice(at + match[0].length, at + match[0].length + length));
    at += match[0].length + length;
  }
  return parts.filter((part) => !/^h[0-9a-f]{16}$/.test(part)).join('::');
}

/** @param {Reader} section */
function countFunctions(section) {
  let functions = 0;
  for (let left = section.number(); left > 0; left -= 1) {
    section.text();
    section.text();
    const [kind] = section.bytes(1);
    if (kind === 0) {
      functions += 1;
      section.number();
    } else if (kind === 3) section.bytes(2);
    else {
      if (kind === 1) section.bytes(1);
      const [limits] = section.bytes(1);
      section.number();
      if (limits & 1) section.number();
    }
  }
  return functions;
}

/** @param {Reader} section */
function functionNames(section) {
  const names = new Map();
  while (!section.done) {
    const id = section.bytes(1)[0];
    const part = new Reader(section.bytes(section.number()), 0);
    if (id !== FUNCTION_NAMES) continue;
    for (let left = part.number(); left > 0; left -= 1) names.set(part.number(), part.text());
  }
  return names;
}

class Reader {
  #bytes;
  #at;

  /** @param {Uint8Array} bytes @param {number} at */
  constructor(bytes, at) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get length() {
    return this.#bytes.length;
  }

  get done() {
    return this.#at >= this.#bytes.length;
  }

  /** @param {number} count */
  bytes(count) {
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  /** LEB128. */
  number() {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const [byte] = this.bytes(1);
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  text() {
    return new TextDecoder().decode(this.bytes(this.number()));
  }
}
