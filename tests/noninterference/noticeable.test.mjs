// docs/noticeable.md lists what a page could notice: it must be neither more nor less.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { browserName, play } from '../e2e/playback.mjs';

const documented = await readFile(new URL('../../docs/noticeable.md', import.meta.url), 'utf8');

/** Methods named in a line of the list, sorted. */
function listed(heading) {
  const from = documented.indexOf(heading);
  assert.notEqual(from, -1, heading);
  const [item] = documented.slice(from).split(/\n(?=\s*-|\n)/);
  return [...item.matchAll(/`(\w+(?:\.\w+)+)`/g)].map(([, name]) => name).sort();
}

test(`${browserName}: a page can notice what docs/noticeable.md lists and nothing else`, async () => {
  const atStart = listed('From the start of every page');
  const later = listed("From a page's first");
  const fault = (track, number) => (track === 'video' && number === 5 ? { kind: 'withheld', silence: 8500 } : null);
  const session = await play({ fault });
  try {
    await session.reaches(11);
    assert.deepEqual(await session.page.evaluate(foreign), [...atStart, ...later].sort(), 'on a page that plays');
    const { overlays } = await session.record();
    assert.deepEqual([...new Set(overlays.map(({ tag }) => tag))], ['DIV'], 'elements beside the body');

    const plain = await session.browser.open(session.server.url({}, '/recorder.js'));
    assert.deepEqual(await plain.evaluate(foreign), atStart, 'on a page that plays nothing');
  } finally {
    await session.close();
  }
});

/** Methods and accessors of the browser's interfaces that are not the browser's own. Runs in the page. */
function foreign() {
  const source = (value) => (typeof value === 'function' ? Function.prototype.toString.call(value) : '[native code]');
  const found = [];
  const look = (name, object) => {
    for (const [key, { value, get, set }] of Object.entries(Object.getOwnPropertyDescriptors(object))) {
      if ([value, get, set].some((part) => !source(part).includes('[native code]'))) found.push(`${name}.${key}`);
    }
  };
  // Some have a second, older name.
  const interfaces = new Map();
  for (const name of Object.getOwnPropertyNames(window).sort()) {
    const value = Object.getOwnPropertyDescriptor(window, name)?.value;
    if (!interfaces.has(value)) interfaces.set(value, name);
  }
  for (const [value, name] of interfaces) {
    // The page's own functions and objects are not the browser's.
    if (typeof value !== 'function' || !source(value).includes('[native code]')) continue;
    look(name, value);
    if (value.prototype) look(`${name}.prototype`, value.prototype);
  }
  return found.sort();
}
