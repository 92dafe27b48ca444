// @ts-check
// One line test: M-Lab's own client (npm: @m-lab/ndt7), with a cap on data, a way to stop it, and a plain outcome.

import ndt7 from '@m-lab/ndt7';
import { serverOf } from './lines.js';

const api = globalThis.browser ?? globalThis.chrome;

/** What broke off sooner tells of the begin only, seconds. */
const TELLING = 3;
/** A round trip longer than that is none, µs. */
const LONGEST = 60_000_000;
/** TCPInfo counts TLS and frames, too, two in a hundred at most, and the request and handshake before them, bytes. */
const [WRAPPED, OPENING] = [1.05, 1 << 16];

/**
 * @typedef {'done' | 'stopped' | 'offline' | 'no-server' | 'refused' | 'unfit' | 'silent' | 'broken'} Outcome
 * @typedef {{ outcome: Outcome, down: number | null, up: number | null, answer: number | null, bytes: number, capped: boolean, server: string }} Result
 * @typedef {{ phase: 'finding' | 'down' | 'up', bits: number | null, seconds: number, bytes: number }} Progress
 */

/**
 * @param {{ server: string, most: number, signal: AbortSignal, tell: (progress: Progress) => void }} how
 * `server`: '' for one of M-Lab's, whose policy the viewer has then accepted; `most`: bytes, half of them each way
 * @returns {Promise<Result>}
 */
export async function runLine({ server, most, signal, tell }) {
  /** @type {Result} */
  const result = { outcome: 'done', down: null, up: null, answer: null, bytes: 0, capped: false, server: serverOf(server)?.host ?? '' };
  const ended = (/** @type {Outcome} */ outcome) => ({ ...result, outcome: signal.aborted ? /** @type {const} */ ('stopped') : outcome });
  if (!navigator.onLine) return ended('offline');
  const run = crypto.randomUUID();
  const worker = (/** @type {string} */ file) => `${file}?${new URLSearchParams({ run, most: String(most / 2) })}`;
  const own = serverOf(server);
  const config = {
    userAcceptedDataPolicy: !own,
    mlabDataPolicyInapplicable: own !== null,
    metadata: { client_name: 'whystall', client_version: api.runtime.getManifest().version },
    downloadworkerfile: worker('line-download.js'),
    uploadworkerfile: worker('line-upload.js'),
    ...(own && { server: own.host, protocol: own.protocol }),
  };
  tell({ phase: 'finding', bits: null, seconds: 0, bytes: 0 });
  const urls = await ndt7.discoverServerURLs(config, { error() {}, serverChosen: ({ machine = '' }) => (result.server = String(machine)) }).catch(() => ({}));
  if (!urls['///ndt/v7/download'] || !urls['///ndt/v7/upload']) return ended(navigator.onLine ? 'no-server' : 'offline');
  const orders = new BroadcastChannel(run);
  // A worker that is only just being made hears nothing yet: it is told again as soon as it says something.
  const stop = () => signal.aborted && orders.postMessage('stop');
  signal.addEventListener('abort', stop);
  try {
    for (const phase of /** @type {const} */ (['down', 'up'])) {
      if (signal.aborted) break;
      const outcome = await direction(phase, { config, urls, stop, tell, result });
      if (outcome !== 'done') return ended(outcome);
    }
  } finally {
    signal.removeEventListener('abort', stop);
    orders.close();
  }
  return ended('done');
}

/**
 * @param {'down' | 'up'} phase
 * @param {{ config: any, urls: any, stop: () => void, tell: (progress: Progress) => void, result: Result }} how
 * @returns {Promise<Outcome>}
 */
async function direction(phase, { config, urls, stop, tell, result }) {
  /** @type {{ ElapsedTime: number, NumBytes: number, MeanClientMbps: number, Capped?: boolean } | undefined} */
  let ours;
  /** @type {any} */
  let theirs;
  let [failed, began] = ['', false];
  const before = result.bytes;
  const heard = {
    error: (/** @type {any} */ what) => (failed = String(what)),
    start: () => ((began = true), stop()),
    measurement: (/** @type {any} */ { Source, Data }) => {
      if (Source === 'server') theirs = Data;
      else {
        ours = Data;
        result.bytes = before + Data.NumBytes;
        tell({ phase, bits: Data.MeanClientMbps * 1e6, seconds: Data.ElapsedTime, bytes: result.bytes });
      }
      stop();
    },
  };
  const test = phase === 'down' ? ndt7.downloadTest : ndt7.uploadTest;
  const named = phase === 'down' ? 'download' : 'upload';
  await test(config, { error: heard.error, [`${named}Start`]: heard.start, [`${named}Measurement`]: heard.measurement }, Promise.resolve(urls));
  if (failed === 'unfit') return 'unfit';
  if (failed && !navigator.onLine) return 'offline';
  if (failed && !began) return 'refused';
  if (!ours || !(ours.NumBytes > 0)) return began ? 'silent' : 'refused';
  if (failed && ours.ElapsedTime < TELLING) return 'broken';
  result[phase] = phase === 'up' ? arrived(ours, theirs) : Math.round(ours.MeanClientMbps * 1e6);
  if (ours.Capped) result.capped = true;
  const answer = theirs?.TCPInfo?.MinRTT;
  if (answer > 0 && answer <= LONGEST) result.answer ??= Math.round(answer);
  return 'done';
}

/**
 * Bits a second that arrived, as the server says: what has left the browser may wait in a queue, megabytes of it. M-Lab's servers
 * tell of TCPInfo only, others may of AppInfo (ndt7, "Measurement message"). A server that says nothing of either, or more than was
 * sent, is not believed, and then nothing is known.
 * @param {{ NumBytes: number, MeanClientMbps: number }} sent @param {any} theirs
 */
export function arrived(sent, theirs) {
  const most = Math.round(sent.MeanClientMbps * 1e6);
  /** @param {any} bytes @param {any} micros @param {number} limit */
  const rate = (bytes, micros, limit) => (bytes > 0 && bytes <= limit && micros > 0 ? Math.min(Math.round((bytes * 8e6) / micros), most) : null);
  const { TCPInfo, AppInfo } = theirs ?? {};
  return (
    rate(TCPInfo?.BytesReceived, TCPInfo?.ElapsedTime, sent.NumBytes * WRAPPED + OPENING) ?? rate(AppInfo?.NumBytes, AppInfo?.ElapsedTime, sent.NumBytes)
  );
}
