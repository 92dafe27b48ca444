// What a viewer may type, and who is asked.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

/** @type {any} */
let stored;
const local = { get: async (key) => ({ [key]: stored[key] }), set: async (values) => Object.assign(stored, values) };
globalThis.chrome = { storage: { local } };
const servers = await import('./servers.js');
const { ADDRESS_SERVICE, GATEWAYS, REFERENCES, allowChecks, checkSetting, gatewayOf, isAllowed, isPrivate, referenceOf, references, useReferences } = servers;

beforeEach(() => (stored = {}));

test('what is listed keeps the rules for what is typed, and says where its terms are', () => {
  const networks = new Set(REFERENCES.map(({ network }) => network));
  assert.equal(networks.size, 2);
  for (const { url, terms, source } of [...REFERENCES, ADDRESS_SERVICE]) {
    assert.equal(referenceOf(url), url);
    for (const link of [url, terms, source]) assert.equal(new URL(link).protocol, 'https:');
  }
  for (const gateway of GATEWAYS) assert.equal(gatewayOf(gateway), gateway);
});

test('a reference is asked in a way that nothing in between can answer in its place', () => {
  assert.equal(referenceOf(' https://speed.example.org/file#part '), 'https://speed.example.org/file');
  assert.equal(referenceOf('http://10.1.2.3:8080/file'), 'http://10.1.2.3:8080/file');
  assert.equal(referenceOf('http://[fd00::1]/file'), 'http://[fd00::1]/file');
  for (const typed of [
    '', 'speed.example.org', 'http://speed.example.org/', 'ftp://10.0.0.1/', 'javascript:alert(1)', 'file:///etc/passwd',
    'https://user:secret@example.org/', 'http://10.0.0.1.example.org/', 'http://8.8.8.8/', `https://example.org/${'x'.repeat(500)}`,
  ]) {
    assert.equal(referenceOf(typed), null, typed);
  }
});

test('a router is on a private network', () => {
  assert.equal(gatewayOf('192.168.178.1'), 'http://192.168.178.1/');
  assert.equal(gatewayOf('https://fritz.lan:8443/admin?x'), 'https://fritz.lan:8443/');
  for (const typed of ['', 'no address', '8.8.8.8', 'http://example.org/', '999.1.1.1']) assert.equal(gatewayOf(typed), null, typed);
});

test('private is what the Internet does not lead to', () => {
  for (const host of ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.1.1', '100.64.0.1', '127.0.0.1', 'localhost', '[::1]', '[fe80::1]', '[fd12::1]', 'nas.local']) {
    assert.ok(isPrivate(host), host);
  }
  for (const host of ['11.0.0.1', '172.15.0.1', '172.32.0.1', '192.169.1.1', '100.128.0.1', '8.8.8.8', '[2001:db8::1]', 'local.example', 'example.local.org']) {
    assert.ok(!isPrivate(host), host);
  }
});

test('nobody is asked without being told to, and a list is no consent', async () => {
  assert.equal(isAllowed(await checkSetting()), false);
  await useReferences(['https://a.example/']);
  assert.equal(isAllowed(await checkSetting()), false);
  await allowChecks(true);
  assert.deepEqual([isAllowed(await checkSetting()), references(await checkSetting())], [true, ['https://a.example/']]);
  await allowChecks(false);
  await useReferences(undefined);
  assert.equal(isAllowed(await checkSetting()), false);
  assert.deepEqual(references(await checkSetting()), REFERENCES.map(({ url }) => url));
});

test('what is stored and can be no address is not asked', () => {
  assert.deepEqual(references({ references: [1, 'x', 'https://a.example/', 'https://b.example/', 'https://c.example/'] }), ['https://a.example/', 'https://b.example/']);
  assert.deepEqual(references({ references: 'https://a.example/' }), REFERENCES.map(({ url }) => url));
});
