// What of a response's headers goes further.
import assert from 'node:assert/strict';
import { test } from 'node:test';

globalThis.chrome = { webRequest: {} };
const { claims, confessions } = await import('./network.js');

const named = (headers) => confessions(Object.entries(headers).map(([name, value]) => ({ name, value })));

test('only what servers say of themselves', () => {
  const headers = {
    'Set-Cookie': 'id=secret', 'X-TCP-Info': 'addr=192.0.2.1;port=44038', Location: 'https://a.example/secret', 'Content-Type': 'video/mp4',
    'Server-Timing': 'cdn-cache; desc=MISS', Age: '3', 'CF-Ray': '8dd84d62cee41992-FRA', ETag: '"secret"', 'X-Amz-Cf-Id': 'secret',
  };
  assert.equal(named(headers), 'server-timing: cdn-cache; desc=MISS\nage: 3');
  assert.equal(confessions(undefined), '');
});

test('lines of one name stay lines, and no value makes a line of its own', () => {
  const timing = ['cdn-cache; desc=MISS', 'edge; dur=1\n\r origin; dur=2'].map((value) => ({ name: 'server-timing', value }));
  assert.equal(confessions(timing), 'server-timing: cdn-cache; desc=MISS\nserver-timing: edge; dur=1, origin; dur=2');
});

test('few and short', () => {
  const many = Array.from({ length: 100 }, () => ({ name: 'age', value: '1' }));
  assert.equal(confessions(many).split('\n').length, 32);
  // Half of it could say something else.
  assert.equal(named({ age: `1${' '.repeat(1024)}`, via: '1.1 varnish' }), 'via: 1.1 varnish');
  // What is no text is no value.
  assert.equal(confessions([{ name: 'age' }]), '');
});

test('what a player says of itself, and nothing else that the page sends', () => {
  const headers = [
    { name: 'Cookie', value: 'secret' }, { name: 'CMCD-Object', value: 'br=3200,d=4004' }, { name: 'cmcd-request', value: 'bl=21300,mtp=48100' },
    { name: 'CMCD-Session', value: 'sid="x"' }, { name: 'CMCD-Status', value: 'bs' }, { name: 'CMCD-Other', value: 'y' }, { name: 'CMCD-Object' },
  ];
  assert.equal(claims(headers), 'br=3200,d=4004,bl=21300,mtp=48100,sid="x",bs');
  assert.equal(claims(undefined), '');
  assert.equal(claims([{ name: 'CMCD-Object', value: 'x'.repeat(5000) }]), '');
});
