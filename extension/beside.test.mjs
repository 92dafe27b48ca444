// How much other tabs get, counted without saying who or what.
import assert from 'node:assert/strict';
import { test } from 'node:test';

globalThis.chrome = { webRequest: {} };
const { Beside, lengthOf } = await import('./beside.js');

const OWN = 'chrome-extension://abc/';
const SECOND = 1000;
const length = (bytes) => [{ name: 'Content-Length', value: String(bytes) }];
const began = (beside, requestId, tabId, at, bytes) => beside.began({ requestId, tabId, timeStamp: at, responseHeaders: bytes === null ? [] : length(bytes) });
const facts = (beside, now, ...tabs) => [...beside.told(now, tabs)];

test('each tab is told what all others got', () => {
  const beside = new Beside(OWN);
  for (const [id, tab, bytes] of [['a', 1, 900_000], ['b', 2, 100_000], ['c', -1, 200_000]]) {
    began(beside, id, tab, 500, bytes);
    beside.completed({ requestId: id });
  }
  assert.deepEqual(facts(beside, SECOND, 1, 2), [
    [1, { k: 'other-tabs', t: SECOND, from: 500, answers: 2, bytes: 300_000, open: 0 }],
    [2, { k: 'other-tabs', t: SECOND, from: 500, answers: 2, bytes: 1_100_000, open: 0 }],
  ]);
  // It is told once.
  assert.deepEqual(facts(beside, 2 * SECOND, 1, 2), []);
});

test('little is nothing, and what failed or came from the cache neither', () => {
  const beside = new Beside(OWN);
  began(beside, 'a', 1, 0, 60_000);
  beside.completed({ requestId: 'a' });
  began(beside, 'b', 1, 0, 900_000);
  beside.failed({ requestId: 'b' });
  beside.began({ requestId: 'c', tabId: 1, timeStamp: 0, fromCache: true, responseHeaders: length(900_000) });
  beside.completed({ requestId: 'c' });
  beside.completed({ requestId: 'never begun' });
  assert.deepEqual(facts(beside, SECOND, 2), []);
});

test('what has no body, or the extension asked itself, is no use of the line', () => {
  const beside = new Beside(OWN);
  const answers = [{ method: 'HEAD' }, { statusCode: 304 }, { statusCode: 204 }, { initiator: 'chrome-extension://abc' }, { originUrl: `${OWN}background.js` }];
  for (const [id, answer] of answers.entries()) {
    beside.began({ requestId: String(id), tabId: -1, timeStamp: 0, responseHeaders: length(900_000), ...answer });
    beside.completed({ requestId: String(id) });
  }
  assert.deepEqual(facts(beside, SECOND, 2), []);
  beside.began({ requestId: 'other', tabId: -1, timeStamp: 0, method: 'GET', statusCode: 206, initiator: 'https://a.example', responseHeaders: length(900_000) });
  beside.completed({ requestId: 'other' });
  assert.equal(facts(beside, SECOND, 2)[0][1].bytes, 900_000);
});

test('a large one under way is told of when it has lasted, and when it is over', () => {
  const beside = new Beside(OWN);
  began(beside, 'a', 1, 900, 5 << 20);
  began(beside, 'b', 1, 900, null);
  began(beside, 'c', 1, 900, 1000);
  const open = (now) => facts(beside, now, 2).map(([, fact]) => fact.open);
  assert.deepEqual([open(SECOND), open(2 * SECOND), open(3 * SECOND)], [[], [2], []]);
  beside.failed({ requestId: 'a' });
  beside.failed({ requestId: 'b' });
  assert.deepEqual([open(4 * SECOND), open(5 * SECOND)], [[0], []]);
});

test('a browser that never tells of ends fills no memory', () => {
  const beside = new Beside(OWN);
  for (let id = 0; id < 10_000; id += 1) began(beside, String(id), 1, 0, null);
  assert.equal(facts(beside, SECOND, 2)[0][1].open, 2048);
});

test('lengths', () => {
  const of = (value) => lengthOf([{ name: 'content-length', value }]);
  assert.deepEqual([of('12'), of('0'), of('-1'), of('x'), of(undefined), lengthOf(undefined), lengthOf([])], [12, 0, null, null, null, null, null]);
});
