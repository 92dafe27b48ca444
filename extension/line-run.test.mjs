// What of a line test's two accounts is believed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrived } from './line-run.js';

/** Ten seconds, after which 20 MB had left the browser: 16 Mbit/s. */
const sent = { NumBytes: 20e6, MeanClientMbps: 16 };

test("how fast it went up is the server's word: of TCP, as M-Lab's servers tell it, or of the application", () => {
  assert.equal(arrived(sent, { TCPInfo: { BytesReceived: 10e6, ElapsedTime: 10e6 } }), 8e6);
  assert.equal(arrived(sent, { AppInfo: { NumBytes: 5e6, ElapsedTime: 10e6 } }), 4e6);
  assert.equal(arrived(sent, { TCPInfo: { BytesReceived: 10e6, ElapsedTime: 10e6 }, AppInfo: { NumBytes: 5e6, ElapsedTime: 10e6 } }), 8e6);
});

test('what TLS and frames add to the bytes is no boast, and is not counted as speed', () => {
  assert.equal(arrived(sent, { TCPInfo: { BytesReceived: 20.4e6, ElapsedTime: 10e6 } }), 16e6);
});

test('who says nothing, or more than was sent, is not believed', () => {
  for (const theirs of [
    undefined,
    {},
    { TCPInfo: null, AppInfo: null },
    { TCPInfo: { RTT: 20_000, ElapsedTime: 10e6 } },
    { TCPInfo: { BytesReceived: 40e6, ElapsedTime: 10e6 } },
    { TCPInfo: { BytesReceived: 10e6, ElapsedTime: 0 } },
    { TCPInfo: { BytesReceived: '10e6x', ElapsedTime: 10e6 } },
    { AppInfo: { NumBytes: 1e15, ElapsedTime: 10e6 } },
    { AppInfo: { NumBytes: -1, ElapsedTime: 10e6 } },
  ]) assert.equal(arrived(sent, theirs), null, JSON.stringify(theirs));
});
