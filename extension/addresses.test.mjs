// Where servers answered.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Addresses } from './addresses.js';

const url = 'https://edge.example/seg-1';
const answered = (id, { ip = '203.0.113.10', cached = false } = {}) => ({ k: 'response', id, cached, ip });

test('a server is where it answered, whatever else is told of a request before', () => {
  const addresses = new Addresses();
  for (const k of ['request', 'claims']) assert.equal(addresses.note({ k, id: '1', url }), undefined);
  assert.equal(addresses.note(answered('1')), 'edge.example');
  assert.deepEqual([addresses.of('edge.example'), addresses.hosts()], [{ url, ip: '203.0.113.10' }, ['edge.example']]);
});

test('it is told again only if it answers elsewhere', () => {
  const addresses = new Addresses();
  const told = ['203.0.113.10', '203.0.113.10', '203.0.113.11'].map((ip, number) => {
    addresses.note({ k: 'request', id: String(number), url });
    return addresses.note(answered(String(number), { ip }));
  });
  assert.deepEqual(told, ['edge.example', undefined, 'edge.example']);
  assert.equal(addresses.of('edge.example')?.ip, '203.0.113.11');
});

test('what came from the cache was nowhere, and neither was what nobody asked for', () => {
  const addresses = new Addresses();
  addresses.note({ k: 'request', id: '1', url });
  assert.equal(addresses.note(answered('1', { cached: true })), undefined);
  assert.equal(addresses.note(answered('2')), undefined);
  assert.deepEqual(addresses.hosts(), []);
});

test('of a page that asks thousands of servers, those that answered last are remembered', () => {
  const addresses = new Addresses();
  const ask = (url) => {
    addresses.note({ k: 'request', id: 'a', url });
    return addresses.note(answered('a'));
  };
  for (let number = 0; number < 1000; number++) {
    ask(`https://h${number}.example/`);
    ask(url);
  }
  assert.equal(addresses.hosts().length, 64);
  assert.deepEqual(addresses.hosts().slice(-2), ['h999.example', 'edge.example']);
  assert.equal(ask(url), undefined);
});
