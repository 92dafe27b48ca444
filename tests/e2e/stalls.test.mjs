// Every stall is found, none is invented, and each verdict names what really happened, when it happened.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { disagreements, errors, invented, missed, overlaps } from '../../demo/verdict.mjs';
import { browserName, play, summarise } from './playback.mjs';

/** What the begin and end of a stall may be off by at the 95th percentile, milliseconds. */
const TIMING = { chromium: 50, firefox: 100 };

/** No single one may be off by more, milliseconds. */
const OUTLIER = 500;

/** A gap between frames of at least this was a stall, milliseconds; a shorter one may be a dropped frame. */
const SURELY = 300;

/** `cargo xtask test --full` plays for longer: percentiles need many stalls. */
const full = Boolean(process.env.WHYSTALL_FULL);

/** Stalls that the percentiles need to mean anything. */
const ENOUGH = full ? 40 : 16;

/** The first words are on the screen within this after the stall began, milliseconds. */
const FIRST_WORDS = 1000;

const every = (n, track, fault) => (of, number) => (of === track && number >= 4 && number % n === 0 ? fault : null);

// The player asks about 6 s ahead with `buffer: 6`, 4 s with 4: what is longer than that is felt.
const SCENARIOS = [
  // Eight seconds apart, so that the overlay is gone before the next.
  { name: 'withheld segment', until: full ? 66 : 34, fault: every(4, 'video', { kind: 'withheld', silence: 7800 }) },
  // Short ones in a row.
  { name: 'withheld often', until: full ? 86 : 38, query: { buffer: '4' }, fault: every(2, 'video', { kind: 'withheld', silence: 5500 }) },
  { name: 'withheld sound', until: 26, fault: every(4, 'audio', { kind: 'withheld', silence: 8300 }) },
  // Longer than the two seconds it holds: the buffer drains over several segments and never recovers. To where no stall
  // begins or ends: what has just ended the page has not seen the end of yet.
  { name: 'slow first byte', until: full ? 47 : 27, query: { buffer: '4' }, fault: every(1, 'video', { kind: 'slow-first-byte', silence: 2800 }) },
  { name: 'slow body', until: full ? 47 : 27, query: { buffer: '4' }, fault: every(1, 'video', { kind: 'slow-body', spread: 2800 }) },
];

describe(`stalls in ${browserName}`, () => {
  const measured = [];
  for (const scenario of SCENARIOS) {
    test(scenario.name, async () => {
      const { stalls, gaps, truths, record } = await run(scenario);
      assert.deepEqual(missed(gaps.filter(sure), stalls), [], 'stalls that happened and were not found');
      assert.deepEqual(invented(gaps, stalls), [], 'stalls that were found and did not happen');
      for (const [stall, truth] of pair(stalls, truths)) {
        assert.deepEqual(disagreements(stall, truth, OUTLIER), [], `stall at ${stall.began.media / 1e6} s`);
        accountsAdd(stall);
        measured.push({ scenario: scenario.name, number: truth.waited[0].number, ...errors(stall, truth), words: firstWords(truth.seen, record.overlays) });
      }
      assert.deepEqual(record.violations, []);
    });
  }

  test('timing', async () => {
    const words = measured.map(({ words }) => words).filter((words) => words !== null);
    const row = {
      stalls: measured.length,
      began: quantiles(measured.map(({ began }) => Math.abs(began))),
      ended: quantiles(measured.map(({ ended }) => Math.abs(ended))),
      'first words': quantiles(words),
    };
    await summarise('timing', { ...row, measured });
    console.table({ began: row.began, ended: row.ended, 'first words': row['first words'] });
    assert.ok(measured.length >= ENOUGH, `${measured.length} stalls measured`);
    assert.ok(words.length >= 4, `${words.length} overlays timed`);
    assert.ok(row.began.p95 <= TIMING[browserName], `begin: ${JSON.stringify(row.began)}`);
    assert.ok(row.ended.p95 <= TIMING[browserName], `end: ${JSON.stringify(row.ended)}`);
    assert.ok(row['first words'].max <= FIRST_WORDS, `first words: ${JSON.stringify(row['first words'])}`);
  });
});

async function run({ until, fault, query }) {
  const session = await play({ fault, query });
  try {
    await session.reaches(until);
    const record = await session.record();
    const gaps = record.gaps;
    const stalls = await session.verdicts(gaps.filter(sure).length, { hiccups: true });
    const truths = session.truths(record);
    // Nobody allowed a check: what asks for media is the page alone.
    assert.deepEqual(session.server.log.filter(({ by }) => by !== session.server.origin), []);
    return { record, gaps, stalls, truths };
  } finally {
    await session.close();
  }
}

/** A busy machine may show no frames for a while although playback goes on, which is no stall. */
const sure = ({ began, ended, mediaBegan, mediaEnded }) => ended - began - 1000 * ((mediaEnded ?? mediaBegan) - mediaBegan) >= SURELY;

/** Each stall with what it was. */
function pair(stalls, truths) {
  const pairs = truths.flatMap((truth) => {
    const stall = stalls.find((stall) => overlaps(truth.seen, stall));
    return stall ? [[stall, truth]] : [];
  });
  assert.notEqual(pairs.length, 0, 'no stall of the fault');
  return pairs;
}

/** Stages and what none accounts for add up to what went by, and the latter is at most a twentieth. */
function accountsAdd(stall) {
  const accounts = stall.ledger.segments.filter(({ blocking }) => blocking);
  assert.equal(accounts.length, stall.blocking.length);
  for (const { stages, unexplained, elapsed, range } of accounts) {
    const spent = stages.reduce((sum, { spent }) => sum + spent, 0);
    assert.equal(spent + unexplained, elapsed);
    assert.ok(Math.abs(unexplained) <= elapsed * 0.05, `unexplained ${unexplained} of ${elapsed} µs (${range.start / 1e6} s)`);
  }
}

/** How long after the stall began something was shown; null where something was on the screen already. */
function firstWords({ began, ended }, overlays) {
  if (ended - began < FIRST_WORDS || overlays.some(({ shown, gone }) => shown < began && !(gone < began))) return null;
  const first = overlays.find(({ shown }) => shown >= began);
  return first ? first.shown - began : Infinity;
}

function quantiles(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return { median: at(0.5), p95: at(0.95), max: at(1), of: sorted.length };
}
