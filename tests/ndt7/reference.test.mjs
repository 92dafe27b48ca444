// M-Lab's own client, unchanged, against the laboratory server: so that both keep to the same protocol.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { Worker as Thread } from 'node:worker_threads';
import { WebSocket } from 'ws';
import { serveNdt7 } from './server.mjs';

const require = createRequire(import.meta.url);
const ndt7 = require('@m-lab/ndt7');
const file = (name) => require.resolve(`@m-lab/ndt7/src/ndt7-${name}-worker.js`);

/** A browser's worker, made of a thread. */
class Worker {
  #thread;
  constructor(file) {
    const start = `const { parentPort } = require('node:worker_threads');
      globalThis.self = globalThis;
      globalThis.WebSocket = require(${JSON.stringify(require.resolve('ws'))}).WebSocket;
      globalThis.postMessage = (message) => parentPort.postMessage(message);
      require(${JSON.stringify(file)});
      parentPort.on('message', (data) => self.onmessage({ data }));`;
    this.#thread = new Thread(start, { eval: true });
    this.#thread.on('message', (data) => this.onmessage({ data }));
  }
  postMessage(message) {
    this.#thread.postMessage(message);
  }
  terminate() {
    this.#thread.terminate();
  }
}

const RATE = 40e6;

let server;
before(async () => {
  globalThis.Worker = Worker;
  server = await serveNdt7({ rate: RATE, duration: 3000 });
});
after(() => server.close());

test('the reference client measures the rate that the server keeps to, both ways', async () => {
  const heard = { download: [], upload: [] };
  const done = {};
  const config = {
    server: server.host, protocol: 'ws', mlabDataPolicyInapplicable: true, metadata: { client_name: 'whystall-test' },
    downloadworkerfile: file('download'), uploadworkerfile: file('upload'),
  };
  const code = await ndt7.test(config, {
    error: (what) => assert.fail(what),
    downloadMeasurement: (told) => heard.download.push(told.Source),
    uploadMeasurement: (told) => heard.upload.push(told.Source),
    downloadComplete: (told) => (done.download = told),
    uploadComplete: (told) => (done.upload = told),
  });
  assert.equal(code, 0);
  for (const sources of Object.values(heard)) for (const source of ['client', 'server']) assert.ok(sources.filter((one) => one === source).length > 5);
  near(done.download.LastClientMeasurement.MeanClientMbps * 1e6);
  const { TCPInfo } = done.upload.LastServerMeasurement;
  near((TCPInfo.BytesReceived * 8e6) / TCPInfo.ElapsedTime);
  assert.deepEqual(server.tests.map(({ test }) => test), ['download', 'upload']);
  assert.match(server.tests[0].query, /client_library_name=ndt7-js/);
});

test('who does not speak the protocol, or asks for something else, is refused', async () => {
  for (const [path, protocols] of [['download', []], ['sideload', ['net.measurementlab.ndt.v7']]]) {
    const socket = new WebSocket(`${server.url}/ndt/v7/${path}`, protocols);
    await new Promise((refused, opened) => ((socket.onerror = refused), (socket.onopen = () => opened(new Error('opened')))));
  }
});

function near(bits) {
  assert.ok(bits > RATE * 0.8 && bits < RATE * 1.1, `${bits} bits/s`);
}
