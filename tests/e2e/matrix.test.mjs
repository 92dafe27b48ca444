// Every player, every fault: each stall is found, none is invented, and the verdict is right. `WHYSTALL_FULL` plays all
// cells; otherwise a part that touches every player and every fault. What came out goes to target/matrix-BROWSER.json,
// of which matrix-page.mjs makes docs/players.md.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch } from '../../demo/browsers.mjs';
import { disagreements, errors, invented, missed, overlaps } from '../../demo/verdict.mjs';
import { FAULTS, GAPS, IMPOSSIBLE, PART, PLAYERS } from './matrix.mjs';
import { noteResults } from './matrix-page.mjs';
import { browserName, closing, isHiccup, play } from './playback.mjs';

/**
 * When `currentTime` stood for at least this in a gap between frames, it was a stall, milliseconds. Frames alone may be
 * dropped, and Chromium plays up to three seconds of sound without pictures: playback moves then.
 */
const SURELY = 300;

/** No begin and no end may be off by more, milliseconds. */
const OUTLIER = 500;

const cells = Object.keys(PLAYERS).flatMap((player) => Object.keys(FAULTS).map((fault) => `${player} ${fault}`));
const possible = cells.filter((cell) => !IMPOSSIBLE[cell]);
const chosen = process.env.WHYSTALL_FULL ? possible : possible.filter((cell) => PART[browserName].includes(cell));

describe(`players in ${browserName}`, () => {
  const results = {};
  let shared;
  before(async () => (shared = await launch(browserName)));
  after(async () => {
    const version = await shared?.browser.version();
    await shared?.close();
    await noteResults(browserName, version, results);
  });

  for (const cell of chosen) {
    const [player, fault] = cell.split(' ');
    const gap = GAPS[`${browserName} ${cell}`] ?? GAPS[cell];
    test(gap ? `${cell}: falls short (${gap.why})` : cell, async () => {
      try {
        results[cell] = { outcome: 'right', ...(await judge(player, FAULTS[fault], shared)) };
      } catch (error) {
        results[cell] = { outcome: gap ? 'short' : 'wrong', why: gap?.why ?? error.message.split('\n')[0] };
        // What is known to fall short does so in the way that was stated; else something else is wrong, too.
        if (!gap) throw error;
        assert.match(error.message, gap.says);
        return;
      }
      assert.equal(gap, undefined, 'it is right by now: take it off the list');
    });
  }
});

test('what is listed as impossible or falling short is a cell', () => {
  const listed = [...Object.keys(IMPOSSIBLE), ...Object.keys(GAPS).map((cell) => cell.replace(/^(chromium|firefox) /, ''))];
  assert.deepEqual(listed.filter((cell) => !cells.includes(cell)), []);
  for (const part of Object.values(PART)) {
    assert.deepEqual(part.filter((cell) => !possible.includes(cell)), []);
    const touched = new Set(part.flatMap((cell) => cell.split(' ')));
    assert.deepEqual(possible.flatMap((cell) => cell.split(' ')).filter((name) => !touched.has(name)), []);
  }
});

/** Plays it and compares. Throws where Whystall is wrong. */
async function judge(player, fault, shared) {
  const query = { player, buffer: '4', level: '0', ...fault.query };
  return closing(await play({ fault: fault.server, licence: fault.licence, query, shared }), async (session) => {
    const truth = (await fault.act?.(session)) ?? null;
    await session.reaches(fault.until);
    const record = await session.record();
    const gaps = record.gaps.filter((gap) => stood(gap, record.stops) >= SURELY);
    const all = await session.verdicts(fault.stalls === 0 ? 0 : Math.max(1, gaps.length), { hiccups: true });
    const stalls = all.filter((stall) => !isHiccup(stall, record.gaps));
    if (fault.judge) return fault.judge({ stalls, all, record, truth });
    if (fault.stalls === 0) {
      assert.deepEqual(stalls.map(named), [], 'stalls that did not happen');
      return { stalls: 0 };
    }
    return compare(all, gaps, record.gaps, session.truths(record));
  });
}

function compare(stalls, gaps, all, truths) {
  assert.notEqual(truths.length, 0, `the fault made no stall: frames are missing for ${all.map(({ began, ended }) => Math.round(ended - began))} ms`);
  assert.deepEqual(missed(gaps, stalls), [], 'stalls that happened and were not found once');
  assert.deepEqual(invented(all, stalls).map(named), [], 'stalls that were found and did not happen');
  const off = { began: 0, ended: 0 };
  for (const truth of truths) {
    const stall = stalls.find((stall) => overlaps(truth.seen, stall));
    if (!stall) continue;
    const wrong = disagreements(stall, truth, OUTLIER);
    assert.deepEqual(wrong, [], wrong.join('; '));
    const { began, ended } = errors(stall, truth);
    off.began = Math.max(off.began, Math.abs(began));
    off.ended = Math.max(off.ended, Math.abs(ended));
  }
  return { stalls: truths.length, ...off };
}

/** How long playback stood still in this gap, milliseconds, as `currentTime` and the frames agree. */
function stood(gap, stops) {
  const still = stops.map(({ began, ended }) => Math.min(ended, gap.ended) - Math.max(began, gap.began));
  const lost = gap.ended - gap.began - 1000 * (gap.mediaEnded - gap.mediaBegan);
  return Math.min(lost, Math.max(0, ...still));
}

const named = ({ kind, cause, duration, began }) => `${kind} ${cause} at ${began.media / 1e6} s for ${duration / 1e3} ms`;
