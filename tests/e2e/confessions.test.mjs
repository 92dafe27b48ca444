// The same late first byte three times; what the server says of it differs. Its word places the time that it accounts for, and
// a word without a time places nothing.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { disagreements, overlaps } from '../../demo/verdict.mjs';
import { browserName, play } from './playback.mjs';

/** With `buffer: 4` the player asks about 4 s ahead; milliseconds. */
const SILENCE = 7800;

/** Begin and end of a stall may be off by so much, milliseconds; tests/e2e/stalls.test.mjs is strict about them. */
const TOLERANCE = 500;

const timing = (value) => (waited) => ({ 'Server-Timing': value.replace('ALL', waited) });

/** By media segment: what the server says, and what follows from it. */
const SAID = {
  4: {
    kind: 'cache-miss',
    confess: timing('cdn-cache; desc=MISS, edge; dur=0, origin; dur=ALL'),
    zones: ['origin'],
    stages: ['origin'],
    findings: ['cache-said-miss', 'origin-time'],
  },
  8: {
    kind: 'edge-slow',
    confess: timing('cdn-cache; desc=HIT, edge; dur=ALL'),
    zones: ['edge'],
    stages: ['edge'],
    findings: ['cache-said-hit', 'edge-time'],
  },
  12: {
    kind: 'withheld',
    confess: timing('cdn-cache; desc=MISS'),
    zones: ['home', 'access', 'interconnect', 'edge', 'origin'],
    // In one, or in parts where the browser tells them.
    stages: ['response', 'wait'],
    findings: ['cache-said-miss'],
  },
};

describe(`what servers say of themselves, in ${browserName}`, () => {
  test('places the time that they account for, and no other', async () => {
    const fault = (track, number) => (track === 'video' && SAID[number] ? { silence: SILENCE, ...SAID[number] } : null);
    const session = await play({ fault, query: { buffer: '4' } });
    try {
      await session.reaches(32);
      const record = await session.record();
      const stalls = await session.verdicts(3);
      const truths = session.truths(record);
      assert.deepEqual(truths.map(({ waited }) => waited[0].number), [4, 8, 12]);
      for (const truth of truths) {
        const stall = stalls.find((stall) => overlaps(truth.seen, stall));
        assert.ok(stall, `not found: ${JSON.stringify({ truth, gaps: record.gaps, stalls: stalls.map(({ kind, cause, began, ended }) => ({ kind, cause, began, ended })) }, null, 1)}`);
        const { zones, stages, findings } = SAID[truth.waited[0].number];
        const what = `media segment ${truth.waited[0].number}: ${JSON.stringify(stall, null, 1)}`;
        assert.deepEqual(disagreements(stall, truth, TOLERANCE), [], what);
        assert.deepEqual(stall.zones, zones, what);
        const ids = stall.findings.map(({ id }) => id);
        assert.deepEqual(ids.filter((id) => /^cache-said|-time$/.test(id)), findings, what);
        const account = stall.ledger.segments.find(({ blocking }) => blocking);
        const of = account.stages.filter(({ stage }) => stages.includes(stage));
        const spent = of.reduce((sum, { spent }) => sum + spent, 0) / 1e3;
        assert.ok(spent > SILENCE - 100 && spent < SILENCE + 500, `${spent} ms of ${stages}; ${what}`);
      }
      // No header and no address goes into the evidence.
      const recorded = JSON.stringify(await session.evidence());
      for (const text of ['cdn-cache', 'desc', 'erver-', '127.0.0.1']) assert.ok(!recorded.includes(text), text);
    } finally {
      await session.close();
    }
  });
});
