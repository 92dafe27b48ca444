// A laboratory server of ndt7, written to the specification (m-lab/ndt-server, spec/ndt7-protocol.md v0.11), at a rate that is
// known, and with the faults that a client must bear. Like M-Lab's own it tells of TCPInfo only; Node does not know what the kernel
// has acknowledged, so bytes count as received when they were read.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const PROTOCOL = 'net.measurementlab.ndt.v7';
/** Bytes: of the first binary message, and of the largest. */
const [FIRST, LARGEST] = [1 << 13, 1 << 24];
/** Ten seconds, and at most ten measurements in one of them. */
const DURATION = 10_000;
const TELLS_EVERY = 250;
/** A paced message takes no longer than that, ms: else they come in lumps. */
const TICK = 10;
/** Far longer than any client waits, ms. */
const ENDLESS = 60_000;

/**
 * @param {object} [options] can be changed in what is returned
 * @param {number} [options.rate] bits/s, each way
 * @param {'honest' | 'endless' | 'mute' | 'junk' | 'lying' | 'refusing' | 'breaking'} [options.manner]
 * @param {number} [options.duration] a server may end a test early, ms
 */
export async function serveNdt7({ rate = Infinity, manner = 'honest', duration = DURATION } = {}) {
  const made = { rate, manner, duration, tests: [], asked: 0, host: '', url: '', close };
  const http = createServer((_, response) => response.writeHead(404).end());
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LARGEST, perMessageDeflate: false, handleProtocols: () => PROTOCOL });
  http.on('upgrade', (request, socket, head) => {
    made.asked += 1;
    const { pathname, search } = new URL(request.url, 'http://localhost');
    const test = /^\/ndt\/v7\/(download|upload)$/.exec(pathname)?.[1];
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(/,\s*/);
    if (!test || !offered.includes(PROTOCOL) || search.length > 4096 || made.manner === 'refusing') {
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      const record = { test, query: search, sent: 0, received: 0, open: true };
      made.tests.push(record);
      client.on('error', () => {});
      client.on('close', () => (record.open = false));
      (test === 'download' ? download : upload)(client, record, made);
    });
  });
  await new Promise((done) => http.listen(0, '127.0.0.1', done));
  made.host = `127.0.0.1:${http.address().port}`;
  made.url = `ws://${made.host}`;
  function close() {
    for (const client of sockets.clients) client.terminate();
    http.closeAllConnections();
    http.close();
  }
  return made;
}

function download(client, record, { rate, manner, duration }) {
  const began = performance.now();
  const allowed = () => (manner === 'mute' ? 0 : (rate / 8) * ((performance.now() - began) / 1000));
  let message = Buffer.alloc(FIRST, 0xa5);
  const paced = rate === Infinity ? LARGEST : Math.max(FIRST, (rate / 8) * (TICK / 1000));
  if (manner === 'junk') client.send('{"AppInfo": ');
  const timers = [
    every(TICK, () => {
      // What waits in this process was not sent yet.
      while (client.readyState === client.OPEN && client.bufferedAmount < message.length && record.sent + message.length <= allowed()) {
        client.send(message, { binary: true });
        record.sent += message.length;
        if (message.length * 2 <= Math.min(paced, LARGEST) && message.length < record.sent / 16) message = Buffer.alloc(message.length * 2, 0xa5);
      }
      if (manner === 'breaking' && record.sent > 1e6) client.terminate();
    }),
    every(TELLS_EVERY, () => tell(client, 'download', began, manner === 'lying' ? 1e15 : record.sent)),
    every(TICK, () => isOver(began, manner, duration) && client.close()),
  ];
  client.on('message', (_, binary) => binary && client.terminate());
  client.on('close', () => timers.forEach(clearInterval));
}

function upload(client, record, { rate, manner, duration }) {
  const began = performance.now();
  const socket = client._socket;
  const ahead = () => (socket.bytesRead * 8000) / rate > performance.now() - began;
  client.on('message', (data, binary) => binary && (record.received += data.length));
  // Not by the message: of a megabyte each, as a client comes to send, one too many is a tenth of a short test.
  socket.on('data', () => ahead() && client.pause());
  const timers = [
    every(TELLS_EVERY, () => tell(client, 'upload', began, manner === 'lying' ? 1e15 : socket.bytesRead)),
    every(TICK, () => client.isPaused && !ahead() && client.resume()),
    every(TICK, () => isOver(began, manner, duration) && client.close()),
  ];
  client.on('close', () => timers.forEach(clearInterval));
}

const isOver = (began, manner, duration) => performance.now() - began >= (manner === 'endless' ? ENDLESS : duration);

const every = (millis, what) => setInterval(what, millis);

function tell(client, test, began, bytes) {
  if (client.readyState !== client.OPEN) return;
  const { remoteAddress, remotePort, localAddress, localPort } = client._socket;
  client.send(JSON.stringify({
    ConnectionInfo: { Client: `${remoteAddress}:${remotePort}`, Server: `${localAddress}:${localPort}` },
    Origin: 'server',
    Test: test,
    TCPInfo: { [test === 'download' ? 'BytesAcked' : 'BytesReceived']: bytes, ElapsedTime: Math.round((performance.now() - began) * 1000) },
  }));
}
