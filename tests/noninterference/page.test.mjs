// The same page, the same stream, the same fault, with Whystall and without: the page sees the same.
import assert from 'node:assert/strict';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { browserName, play } from '../e2e/playback.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));

/** Media played in both runs, seconds: past the stall at 10 s. */
const PLAYED = 14;

/** Media segments of each track that both runs surely had asked for by then. */
const COMPARED = 7;

/** Most runs with and without the extension that are compared. */
const RUNS = 3;

describe(`a page in ${browserName}`, () => {
  let without;
  let withIt;

  before(async () => {
    without = await session(false);
    withIt = await session(true);
  });

  test('has the same calls, values, exceptions and events, object by object, in the same order', async () => {
    const lanes = Object.keys(without.lanes).filter((name) => !isLate(name));
    assert.ok(lanes.length >= 2 * COMPARED + 3, `only ${lanes}`);
    const [those, these] = [[without], [withIt]];
    const differs = (name) => !those.some((one) => these.some((other) => same(name, one.lanes[name], other.lanes[name])));
    // Firefox ends an operation of a buffer a moment before it says so. Once in a while the player does something else on
    // it between, with the extension or without. What the extension changed would never be the same.
    while (lanes.some(differs) && those.length < RUNS) {
      those.push(await session(false));
      these.push(await session(true));
    }
    for (const name of lanes.filter(differs)) assert.deepEqual(these[0].lanes[name], those[0].lanes[name], name);
  });

  test('misuses the interfaces with the same result', () => assert.deepEqual(withIt.misuse, without.misuse));

  test('finds the same properties on the interfaces', () => assert.deepEqual(withIt.shapes, without.shapes));

  test('has no new global', () => {
    assert.deepEqual(withIt.globals, without.globals);
    assert.deepEqual(withIt.globalsNow, without.globalsNow);
  });

  test('has no policy violation', () => assert.deepEqual(withIt.violations, []));

  test('was really watched', () => assert.equal(withIt.stalls, 1));
});

async function session(extension) {
  const playback = await play({
    extension,
    pages: [here],
    file: '/session.html',
    fault: (track, number) => (track === 'video' && number === 5 ? { kind: 'withheld', silence: 8500 } : null),
  });
  try {
    await playback.reaches(PLAYED);
    const seen = await playback.page.evaluate(() => calls());
    const { violations } = await playback.record();
    const stalls = extension ? (await playback.verdicts(1)).length : 0;
    return { ...seen, violations, stalls };
  } finally {
    await playback.close();
  }
}

/** One object went through the same in two runs. */
function same(name, one, other) {
  if (!one || !other) return false;
  if (!name.startsWith('SourceBuffer')) return isDeepStrictEqual(one, other);
  // A buffer goes on being filled; how far it was at the end of a run is chance.
  const length = Math.min(one.length, other.length);
  return length >= 4 * COMPARED && isDeepStrictEqual(one.slice(0, length), other.slice(0, length));
}

/** Requests that only one of two runs may have got to. */
function isLate(lane) {
  const number = /segment-(\d+)/.exec(lane)?.[1];
  return number !== undefined && Number(number) >= COMPARED;
}
