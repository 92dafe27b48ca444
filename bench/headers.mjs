// @ts-check
// Finding from when to when an append plays: Whystall's readers, walker included, against those of hls.js, Shaka and
// mediabunny, in one process on the same media segments, answers compared. Rounds in shuffled order; the figure is the
// median over rounds of the peer's time by ours; the A/A row is Whystall against a second Whystall.
import { makeMedia } from './media.mjs';
import { bootstrap, generator, median, shuffled } from './statistics.mjs';

/** Answers may differ by half a tick of WebM's milliseconds, seconds. */
const ROUNDING = 0.0005;
/** A turn is repeated until it takes about this long, milliseconds: well above what a clock can tell. */
const TURN = 2;

/** @type {Record<string, { media: string[], least: (container: string) => number | null }>} */
const PEERS = {
  'hls.js': { media: ['fmp4-2s', 'fmp4-6s', 'fmp4-sound'], least: () => 5 },
  shaka: { media: ['fmp4-2s', 'fmp4-6s', 'fmp4-sound'], least: () => 10 },
  mediabunny: {
    // Not sound in WebM: without a DefaultDuration it ends for mediabunny where the last block begins; browsers, and we,
    // take that block to be as long as the one before it.
    media: ['fmp4-2s', 'fmp4-6s', 'fmp4-sound', 'webm-2s', 'webm-6s'],
    least: (container) => (container === 'webm' ? 100 : null),
  },
};

/** @param {{ quick: boolean }} options */
export async function run({ quick }) {
  const whystall = await import('./peers/whystall.mjs');
  /** @type {import('./peers/peer.mjs').Peer[]} */
  const peers = [await import('./peers/hls.mjs'), await import('./peers/shaka.mjs'), await import('./peers/mediabunny.mjs')];
  const names = quick ? ['fmp4-2s', 'webm-2s', 'fmp4-sound'] : [...new Set(Object.values(PEERS).flatMap(({ media }) => media))];
  const rows = [];
  for (const media of await makeMedia(...names)) {
    const against = peers.filter((peer) => PEERS[peer.name].media.includes(media.name));
    await agree(media, [whystall, ...against]);
    const times = await race(media, [whystall, whystall, ...against], quick ? 30 : 200);
    const container = media.mime.split('/')[1];
    const ours = median(times.map(([time]) => time));
    rows.push({ what: `${media.what}: Whystall`, unit: 'µs', value: ours, note: `the walker and the reader; ${whystall.does}` });
    rows.push(row(`${media.what}: Whystall / Whystall (A/A)`, times, 1, null, 'what the method itself makes of nothing'));
    for (const [index, peer] of against.entries()) {
      const least = PEERS[peer.name].least(container);
      rows.push(row(`${media.what}: ${peer.name} ${peer.version} / Whystall`, times, 2 + index, least, peer.does));
    }
  }
  return rows;
}

/** @param {string} what @param {number[][]} times @param {number} column @param {number | null} least @param {string} note */
function row(what, times, column, least, note) {
  const ratio = bootstrap(times, (rounds) => median(rounds.map((round) => round[column] / round[0])));
  return { what, unit: '×', ...ratio, ...(least !== null && { target: { least } }), note };
}

/**
 * All give the same answer for every media segment, or this throws.
 * @param {import('./media.mjs').Media} media
 * @param {import('./peers/peer.mjs').Peer[]} peers
 */
export async function agree(media, peers) {
  const reads = peers.map((peer) => peer.open(media));
  for (const [number, segment] of media.segments.entries()) {
    const answers = await Promise.all(reads.map((read) => read(segment)));
    for (const [index, answer] of answers.entries()) {
      const { start, end } = answers[0];
      const same = Math.abs(answer.start - start) <= ROUNDING && Math.abs(answer.end - end) <= ROUNDING;
      if (same && end > start) continue;
      const says = `${peers[index].name} says ${answer.start}–${answer.end}, ${peers[0].name} ${start}–${end}`;
      throw new Error(`${media.name}, media segment ${number}: ${says}`);
    }
  }
}

/**
 * Microseconds a media segment: a row for each round, a column for each peer.
 * @param {import('./media.mjs').Media} media
 * @param {import('./peers/peer.mjs').Peer[]} peers
 * @param {number} rounds
 */
async function race(media, peers, rounds) {
  const random = generator(2);
  const runners = peers.map((peer, column) => ({ column, read: peer.open(media), turns: 1 }));
  const turn = async (/** @type {typeof runners[number]} */ { read, turns }) => {
    const began = performance.now();
    for (let i = 0; i < turns; i += 1) {
      for (const segment of media.segments) {
        const answer = read(segment);
        // Waiting costs; only what has to be waited for is.
        if (answer instanceof Promise) await answer;
      }
    }
    return ((performance.now() - began) * 1000) / turns / media.segments.length;
  };
  for (const runner of runners) {
    // Until the compiler has had its say.
    const warm = performance.now();
    while (performance.now() - warm < 200) await turn(runner);
    const each = ((await turn(runner)) * media.segments.length) / 1000;
    runner.turns = Math.max(1, Math.round(TURN / each));
  }
  const times = [];
  for (let round = 0; round < rounds; round += 1) {
    const row = /** @type {number[]} */ (Array(peers.length));
    for (const runner of shuffled(runners, random)) row[runner.column] = await turn(runner);
    times.push(row);
  }
  return times;
}
