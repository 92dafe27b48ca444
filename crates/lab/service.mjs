// What the origin has that is more than files: the demo's live stream, its encrypted one, and the licences for that.
//   out  {"stream": PORT, "licences": PORT}
//   in   `false`: nothing further is published, `true`: it goes on, later by as long as it stood still
import path from 'node:path';
import { createInterface } from 'node:readline';
import { LIVE_SINCE, now, serve } from '../../demo/server.mjs';
import { STREAM, makeStream } from '../../demo/stream.mjs';

/** When publishing stood still: milliseconds since the epoch, the end of the last may be open. */
const stops = [];

const since = now() - LIVE_SINCE;

/** How much later than planned a media segment is there, milliseconds. */
function late(number) {
  const planned = since + (number + 1) * STREAM.segmentSeconds * 1000;
  return stops.reduce((late, { from, to = Infinity }) => (planned + late >= from ? late + to - from : late), 0);
}

const stream = await makeStream(path.resolve('target/demo-stream'));
const { host, licenceHost } = await serve({ stream, fault: (_, number) => ({ kind: 'late', unpublished: late(number) }) });
const port = (host) => Number(host.split(':')[1]);
createInterface({ input: process.stdin }).on('line', (on) => {
  if (on === 'false') stops.push({ from: now() });
  else stops.at(-1).to = now();
});
process.stdout.write(`${JSON.stringify({ stream: port(host), licences: port(licenceHost) })}\n`);
