// Measurements against real servers. Made up are only the browser's storage and locks, that it names its errors, and certificates.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, beforeEach, test } from 'node:test';

/** @type {any} */
let stored;
const local = { get: async (key) => ({ [key]: stored[key] }), set: async (values) => Object.assign(stored, values), onChanged: { addListener() {} } };
const errors = new Set();
const onErrorOccurred = { addListener: (listener) => errors.add(listener), removeListener: (listener) => errors.delete(listener) };
const runtime = { getURL: (/** @type {string} */ file) => `data:application/json,${encodeURIComponent(JSON.stringify({ file }))}` };
globalThis.chrome = { runtime, storage: { local }, webRequest: { onErrorOccurred } };
Object.defineProperty(globalThis, 'navigator', { value: { locks: { request: (_, held) => held() } }, configurable: true });
const plainly = globalThis.fetch;
/** What a browser would call it. @type {string | undefined} */
let called;
/** What answers has a certificate. */
let certified;
const certify = (response) => Object.defineProperty(response, 'url', { value: response.url.replace('http:', 'https:') });
globalThis.fetch = (url, how) =>
  plainly(url, how).then((response) => (certified ? certify(response) : response)).catch((error) => {
    const name = called ?? (error.cause?.code === 'ECONNREFUSED' ? 'net::ERR_CONNECTION_REFUSED' : 'net::ERR_FAILED');
    for (const heard of errors) heard({ url: String(url), error: name });
    throw error;
  });
const { Served, isBeside, perform } = await import('./check.js');
const { currentNetwork } = await import('./networks.js');

const asked = [];
const FILE = Buffer.alloc(1 << 20);
/** Part of a file, as servers send it. */
const part = (response, from, to, all, body = FILE.subarray(from, to + 1)) =>
  response.writeHead(206, { 'content-range': `bytes ${from}-${to}/${all}`, 'content-length': body.length, 'content-type': 'application/octet-stream' }).end(body);
/** @type {Record<string, (response: import('node:http').ServerResponse, last: number) => any>} */
const LIES = {
  '/portal': (response) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<h1>Sign in</h1>'),
  '/redirect': (response) => response.writeHead(302, { location: '/followed' }).end(),
  '/missing': (response) => response.writeHead(404).end(),
  '/failing': (response) => response.writeHead(503).end('Try again later'),
  '/all': (response) => response.writeHead(200, { 'content-length': FILE.length }).end(FILE),
  '/unsized': (response) => (response.writeHead(200), response.write(FILE), response.end()),
  '/other-part': (response, last) => part(response, 1000, 1000 + last, FILE.length),
  '/more': (response) => part(response, 0, 999_999, FILE.length),
  '/less': (response) => part(response, 0, 99, FILE.length),
  '/squeezed': (response, last) => response.writeHead(206, { 'content-range': `bytes 0-${last}/${FILE.length}`, 'content-encoding': 'gzip' }).end(),
  '/short': (response, last) => (response.writeHead(206, { 'content-range': `bytes 0-${last}/${FILE.length}` }), response.end(FILE.subarray(0, 10))),
};
const LIST = '#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:7\n';
/** @type {Record<string, string>} */
const LISTS = { '/live.m3u8': LIST, '/live.mpd': '<?xml version="1.0"?><MPD></MPD>', '/page.m3u8': LIST, '/none.m3u8': 'sorry', '/long.m3u8': LIST.padEnd(2000, '#') };
const server = createServer(({ method, url, headers }, response) => {
  asked.push(`${method} ${url} ${headers.range ?? ''}`.trim());
  if (url === '/silent') return;
  const last = Number(/\d+$/.exec(headers.range ?? '')?.[0]);
  const path = new URL(url, 'http://a').pathname;
  if (LISTS[path] !== undefined) response.writeHead(200, { 'content-type': path === '/page.m3u8' ? 'text/html' : 'application/vnd.apple.mpegurl' }).end(LISTS[path]);
  else if (LIES[path]) LIES[path](response, last);
  else if (method === 'HEAD') response.end();
  else if (path === '/whole') response.writeHead(200, { 'content-length': FILE.length }).end(FILE);
  else if (path === '/slow') (response.writeHead(206, { 'content-range': `bytes 0-${last}/${FILE.length}`, 'content-length': last + 1 }), response.write(FILE.subarray(0, 100)));
  else part(response, 0, last, FILE.length);
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
beforeEach(() => {
  stored = {};
  called = undefined;
  certified = false;
  asked.splice(0);
});

const host = () => new URL(origin).host;
const step = (target, more = {}) => ({ by: 'automatic', target, host: null, bytes: 0, pair: false, patience: 3000, ...more });

/** What was told of these steps. */
async function told(steps, served = new Served(), how = {}) {
  const facts = [];
  await perform(steps, served, (fact) => facts.push(fact), how);
  for (const { t, from } of facts) assert.ok(t >= from);
  assert.equal(errors.size, 0);
  return facts;
}

function servedHere(path = '/seg-1?sig=x') {
  const served = new Served();
  served.note({ k: 'request', id: '1', url: origin + path });
  served.note({ k: 'response', id: '1', status: 200, cached: false });
  served.note({ k: 'completed', id: '1' });
  return served;
}

test('the browser itself answers, and nobody else is asked for that', async () => {
  const facts = await told([step('device', { pair: true })]);
  assert.deepEqual(facts.map(({ target, reply }) => [target, reply]), [['device', 'answered'], ['device', 'answered']]);
  assert.ok(facts.every(({ answer }) => answer >= 0 && answer < 1000));
  assert.deepEqual(asked, []);
});

test('an answer, a refusal, and nothing', async () => {
  stored.check = { gateways: [closed], references: [`${origin}/a`, `${origin}/silent`] };
  const facts = await told([step('gateway'), step('reference-a'), step('reference-b', { patience: 1000 })]);
  const [gateway, a, b] = facts;
  assert.deepEqual([gateway.reply, a.reply, b.reply], ['refused', 'answered', 'failed']);
  assert.ok(gateway.connect >= 0 && gateway.answer === undefined);
  assert.ok(a.answer >= 0 && a.bytes === undefined);
  assert.ok(b.t - b.from >= 1000);
  // It answered, so that is where the viewer is.
  assert.deepEqual((await currentNetwork()).gateways, [closed]);
});

test('a refusal counts of a router only, and what never left counts of nobody', async () => {
  stored.check = { gateways: [closed], references: [closed, closed] };
  assert.deepEqual((await told([step('reference-a')])).map(({ reply }) => reply), ['unfit']);
  const replies = { 'net::ERR_BLOCKED_BY_CLIENT': 'blocked', 'net::ERR_INTERNET_DISCONNECTED': 'blocked', NS_ERROR_OFFLINE: 'blocked', 'net::ERR_CERT_AUTHORITY_INVALID': 'unfit', NS_ERROR_CONNECTION_REFUSED: 'refused' };
  for (const [error, reply] of Object.entries(replies)) {
    called = error;
    const [fact] = await told([step('gateway')]);
    assert.equal(fact.reply, reply, error);
    assert.equal(fact.connect !== undefined, reply === 'refused');
  }
});

test('what was posted is not asked again, and the root of its host only while it is awaited', async () => {
  const served = new Served();
  const licence = { id: '1', url: `${origin}/licence?of=1` };
  const root = step('stalled', { host: host(), root: true });
  served.note({ k: 'request', ...licence, method: 'POST' });
  assert.equal((await told([root], served))[0].reply, 'answered');
  assert.deepEqual(asked, ['HEAD /']);
  served.note({ k: 'response', ...licence, status: 200, cached: false, length: 1 << 20 });
  served.note({ k: 'completed', ...licence });
  const replies = (await told([root, step('stalled', { host: host() })], served)).map(({ reply }) => reply);
  assert.deepEqual(replies, ['not-probed', 'not-probed']);
});

test('a connection that is broken at once tells of the video\'s servers, and of nobody else', async () => {
  stored.check = { references: [closed, closed], siblings: { [new URL(closed).host]: closed } };
  const served = new Served();
  const request = { id: '1', url: `${closed}/segment` };
  served.note({ k: 'request', ...request });
  served.note({ k: 'response', ...request, status: 200, cached: false });
  served.note({ k: 'completed', ...request });
  const { host } = new URL(closed);
  for (const error of ['net::ERR_CONNECTION_RESET', 'net::ERR_EMPTY_RESPONSE', 'net::ERR_CONNECTION_CLOSED', 'NS_ERROR_NET_RESET', 'NS_ERROR_NET_INTERRUPT']) {
    called = error;
    const facts = await told([step('stalled', { host }), step('sibling', { host }), step('reference-a')], served);
    assert.deepEqual(facts.map(({ reply, connect }) => [reply, connect]), [['reset', undefined], ['reset', undefined], ['blocked', undefined]], error);
  }
});

test('a body is what was asked for, and no more of it', async () => {
  stored.check = { references: [`${origin}/a`] };
  const [fact] = await told([step('reference-a', { bytes: 1000 })]);
  assert.deepEqual([fact.reply, fact.bytes], ['answered', 1000]);
  assert.deepEqual(asked, ['GET /a bytes=0-999']);
});

test('whoever sends something else is not measured', async () => {
  for (const path of Object.keys(LIES)) {
    stored.check = { references: [origin + path] };
    const [fact] = await told([step('reference-a', { bytes: 1000 })]);
    assert.deepEqual([fact.reply, fact.bytes, fact.answer], ['unfit', undefined, undefined], path);
  }
  // Nor is its answer time.
  for (const path of ['/portal', '/redirect', '/missing']) {
    stored.check = { references: [origin + path] };
    assert.equal((await told([step('reference-a')]))[0].reply, 'unfit', path);
  }
  // A redirect is not followed.
  assert.ok(!asked.some((request) => request.includes('/followed')));
});

test('a body of which nothing came is told of as one', async () => {
  stored.check = { references: [`${origin}/silent`] };
  const [fact] = await told([step('reference-a', { bytes: 1000, patience: 300 })]);
  assert.deepEqual([fact.reply, fact.bytes, fact.took >= 300], ['failed', 0, true]);
});

test('of what comes too slowly it is told how much came', async () => {
  stored.check = { references: [`${origin}/slow`] };
  const [fact] = await told([step('reference-a', { bytes: 1000, patience: 300 })]);
  assert.deepEqual([fact.reply, fact.bytes], ['answered', 100]);
  assert.ok(fact.took >= 200);
});

test('that it fails tells of one of the video\'s servers, which has a certificate', async () => {
  const replies = async () => {
    const facts = await told([step('stalled', { host: host() }), step('stalled', { host: host(), bytes: 1000 })], servedHere('/failing'));
    return facts.map(({ reply, answer, bytes }) => [reply, answer >= 0, bytes]);
  };
  assert.deepEqual(await replies(), [['unfit', false, undefined], ['unfit', false, undefined]]);
  certified = true;
  assert.deepEqual(await replies(), [['error', true, undefined], ['error', true, undefined]]);
  stored.check = { references: [`${origin}/failing`] };
  assert.deepEqual((await told([step('reference-a')])).map(({ reply }) => reply), ['unfit']);
});

test('of the server beside the playlist is read that the player was given last, whole', async () => {
  const listing = (bytes = 1000) => step('sibling', { host: host(), bytes, listing: true });
  stored.check = { siblings: { [host()]: `${origin}/healthy` } };
  const [fact] = await told([listing()], servedHere('/live.m3u8?sig=x'));
  assert.deepEqual([fact.reply, fact.text, fact.of, fact.bytes], ['answered', LIST, `${origin}/live.m3u8?sig=x`, LIST.length]);
  assert.deepEqual(asked, ['GET /live.m3u8?sig=x']);
  assert.match((await told([listing()], servedHere('/live.mpd')))[0].text, /<MPD>/);
  for (const path of ['/page.m3u8', '/none.m3u8', '/long.m3u8']) {
    const [{ reply, text }] = await told([listing()], servedHere(path));
    assert.deepEqual([reply, text], ['unfit', undefined], path);
  }
  // What the player asks for meanwhile is another.
  const served = servedHere('/live.m3u8');
  const facts = told([listing()], served);
  while (asked.at(-1) !== 'GET /live.m3u8') await new Promise(setImmediate);
  for (const fact of [{ k: 'request', url: `${origin}/sound.m3u8` }, { k: 'response', status: 200, cached: false }, { k: 'completed' }]) served.note({ ...fact, id: '2' });
  assert.equal((await facts)[0].of, `${origin}/live.m3u8`);
  // No playlist, or nobody beside.
  assert.equal((await told([listing()], servedHere()))[0].reply, 'not-probed');
  stored.check = {};
  assert.equal((await told([listing()], servedHere('/live.m3u8')))[0].reply, 'not-probed');
});

test('a server that knows no ranges is read no further than wanted', async () => {
  const [fact] = await told([step('stalled', { host: host(), bytes: 1000 })], servedHere('/whole'));
  assert.deepEqual([fact.reply, fact.bytes], ['answered', 1000]);
});

test('once stopped nobody is asked any more', async () => {
  stored.check = { references: [`${origin}/silent`, `${origin}/a`] };
  const stop = new AbortController();
  const facts = told([step('reference-a', { bytes: 1000 }), step('reference-b', { bytes: 1000 })], undefined, { signal: stop.signal });
  while (asked.length === 0) await new Promise(setImmediate);
  stop.abort();
  assert.deepEqual((await facts).map(({ reply }) => reply), ['not-probed', 'not-probed']);
  assert.deepEqual(asked, ['GET /silent bytes=0-999']);
});

test('a server is asked for what it sent, and one beside it for the same', async () => {
  stored.check = { siblings: { [host()]: `${origin}/healthy` } };
  const beside = step('sibling', { host: host() });
  await told([step('stalled', { host: host(), pair: true })], servedHere());
  await told([beside, { ...beside, bytes: 10 }], servedHere());
  assert.deepEqual(asked, ['HEAD /seg-1?sig=x', 'HEAD /seg-1?sig=x', 'HEAD /healthy', 'GET /seg-1?sig=x bytes=0-9']);
  const [unknown] = await told([step('stalled', { host: 'other.example' })], servedHere());
  assert.equal(unknown.reply, 'not-probed');
});

test('where no setting names one, a server beside is what the page had as much from, of the same place', async () => {
  const addresses = new Map();
  const served = new Served((host) => addresses.get(host));
  const had = (id, url, ip, length = 1 << 20) => {
    addresses.set(new URL(url).host, ip);
    served.note({ k: 'request', id, url });
    served.note({ k: 'response', id, status: 200, cached: false, length });
    served.note({ k: 'completed', id });
  };
  had('1', 'http://late.example/seg-1', '203.0.113.10');
  for (const [id, ip, length] of [['2', '203.0.113.10'], ['3', '203.0.114.11'], ['4', '203.0.113.12', 100], ['5', undefined]]) {
    had(id, `http://no-${id}.example/seg-1`, ip, length);
  }
  assert.equal(served.beside('late.example'), undefined);
  had('6', `${origin}/seg-7`, '203.0.113.11');
  assert.equal(served.beside('late.example'), `${origin}/seg-7`);
  const beside = step('sibling', { host: 'late.example' });
  const facts = await told([beside, { ...beside, bytes: 10 }, { ...beside, bytes: 10, listing: true }], served);
  assert.deepEqual(facts.map(({ reply, found, url }) => [reply, found, url]), [
    ['answered', true, `${origin}/seg-7`], ['answered', true, `${origin}/seg-7`], ['not-probed', undefined, undefined],
  ]);
  // Always the same one, and never one that is found where one is named.
  had('7', 'http://third.example/seg-9', '203.0.113.13');
  assert.equal(served.beside('late.example'), `${origin}/seg-7`);
  stored.check = { siblings: { 'late.example': `${origin}/healthy` } };
  const [named] = await told([beside], served);
  assert.deepEqual([named.url, named.found], [`${origin}/healthy`, undefined]);
});

test('addresses beside each other are of one place and not the same', () => {
  for (const [a, b, are] of [
    ['203.0.113.10', '203.0.113.11', true], ['203.0.113.10', '203.0.113.10', false], ['203.0.113.10', '203.0.112.10', false],
    ['2001:db8:1:2::5', '2001:db8:1:2:3::5', true], ['2001:db8::5', '2001:db8:0:1::5', false], ['[2001:db8::5]', '2001:db8::6', true],
    ['::1:2', '::2:2', true], ['203.0.113.10', '2001:db8::5', false], ['', '203.0.113.10', false], ['1:2:3:4:5:6:7:8:9::1', '1:2:3:4::1', false],
  ]) assert.equal(isBeside(a, b), are, `${a} ${b}`);
});

test('the first router that answers is the one, and is asked again', async () => {
  stored.check = { gateways: [`${origin}/silent`, closed] };
  const [first] = await told([step('gateway')]);
  assert.deepEqual([first.reply, first.url], ['refused', closed]);
  asked.splice(0);
  const [second] = await told([step('gateway')]);
  assert.deepEqual([second.url, asked], [closed, []]);
  // In a private window nothing is remembered.
  stored = { check: { gateways: [`${origin}/router`] } };
  await told([step('gateway')], undefined, { remember: false });
  assert.equal((await currentNetwork()).id, '');
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
