// Measurements against real servers. Only the browser's storage is made up.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, beforeEach, test } from 'node:test';

/** @type {any} */
let setting;
globalThis.chrome = { storage: { local: { get: async () => ({ check: setting }) } } };
const { Served, perform } = await import('./check.js');

const asked = [];
const server = createServer(({ method, url, headers }, response) => {
  asked.push(`${method} ${url} ${headers.range ?? ''}`.trim());
  if (url === '/silent') return;
  response.end(method === 'HEAD' ? undefined : Buffer.alloc(1 << 20));
});
let origin;
let closed;

before(async () => {
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  origin = `http://127.0.0.1:${server.address().port}`;
  const other = createServer();
  await new Promise((done) => other.listen(0, '127.0.0.1', done));
  closed = `http://127.0.0.1:${other.address().port}/`;
  await new Promise((done) => other.close(done));
});
after(() => (server.closeAllConnections(), server.close()));
beforeEach(() => asked.splice(0));

const host = () => new URL(origin).host;
const step = (target, more = {}) => ({ by: 'automatic', target, host: null, bytes: 0, pair: false, patience: 3000, ...more });

/** What was told of these steps. */
async function told(steps, served = new Served()) {
  const facts = [];
  await perform(steps, served, (fact) => facts.push(fact));
  for (const { t, from } of facts) assert.ok(t >= from);
  return facts;
}

function servedHere(path = '/seg-1?sig=x') {
  const served = new Served();
  served.note({ k: 'request', id: '1', url: origin + path });
  served.note({ k: 'response', id: '1', status: 200, cached: false });
  served.note({ k: 'completed', id: '1' });
  return served;
}

test('without a list nothing is asked', async () => {
  setting = undefined;
  const targets = ['gateway', 'reference-a', 'reference-b', 'sibling'].map((target) => step(target, { host: host() }));
  const facts = await told(targets, servedHere());
  assert.deepEqual(facts.map(({ reply }) => reply), Array(4).fill('not-probed'));
  assert.deepEqual(asked, []);
});

test('an answer, a refusal, and nothing', async () => {
  setting = { gateways: [closed], references: [`${origin}/a`, `${origin}/silent`] };
  const facts = await told([step('gateway'), step('reference-a'), step('reference-b', { patience: 1000 })]);
  const [gateway, a, b] = facts;
  assert.deepEqual([gateway.reply, a.reply, b.reply], ['refused', 'answered', 'failed']);
  assert.ok(gateway.connect >= 0 && gateway.answer === undefined);
  assert.ok(a.answer >= 0 && a.bytes === undefined);
  assert.ok(b.t - b.from >= 1000);
});

test('a body is no longer than was asked for, whatever the server sends', async () => {
  setting = { references: [`${origin}/a`] };
  const [fact] = await told([step('reference-a', { bytes: 1000 })]);
  assert.equal(fact.bytes, 1000);
  assert.deepEqual(asked, ['GET /a bytes=0-999']);
});

test('a server is asked for what it sent, and one beside it for the same', async () => {
  setting = { siblings: { [host()]: `${origin}/healthy` } };
  const beside = step('sibling', { host: host() });
  await told([step('stalled', { host: host(), pair: true })], servedHere());
  await told([beside, { ...beside, bytes: 10 }], servedHere());
  assert.deepEqual(asked, ['HEAD /seg-1?sig=x', 'HEAD /seg-1?sig=x', 'HEAD /healthy', 'GET /seg-1?sig=x bytes=0-9']);
  const [unknown] = await told([step('stalled', { host: 'other.example' })], servedHere());
  assert.equal(unknown.reply, 'not-probed');
});

test('what failed, was refused or came from the cache was not sent', () => {
  const served = new Served();
  for (const [id, facts] of [
    ['1', [{ k: 'failed' }]],
    ['2', [{ k: 'response', status: 404, cached: false }, { k: 'completed' }]],
    ['3', [{ k: 'response', status: 200, cached: true }, { k: 'completed' }]],
  ]) {
    served.note({ k: 'request', id, url: 'https://a.example/x' });
    for (const fact of facts) served.note({ ...fact, id });
  }
  assert.equal(served.by('a.example'), undefined);
});
