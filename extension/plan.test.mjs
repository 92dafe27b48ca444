// What was measured, held against what is paid for.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare, lineFact, measured, rounded } from './plan.js';

const NOW = Date.UTC(2026, 0, 31);
const DAY = 86_400_000;
const run = (down, { days = 1, capped = false } = {}) => ({ network: 'home', at: NOW - days * DAY, down: down * 1e6, up: 1e6, answer: null, bytes: 1, capped, server: '' });

test('what ended at its cap, or is long ago, does not say what the line carries', () => {
  const runs = [run(90), run(20, { capped: true }), run(10, { days: 91 }), run(50)];
  assert.deepEqual(measured(runs, NOW), { capacity: 90e6, median: 50e6, count: 2, newest: NOW - DAY });
  assert.deepEqual(measured([], NOW), { capacity: null, median: null, count: 0, newest: null });
});

test('of twenty runs and more one that was luck is not the capacity', () => {
  const runs = [...Array.from({ length: 20 }, () => run(40)), run(400)];
  assert.equal(measured(runs, NOW).capacity, 40e6);
});

test('nothing is said of what is paid for before there are three runs', () => {
  const plan = { down: 100 };
  assert.equal(compare(null, [run(90)], NOW).is, 'no-plan');
  assert.equal(compare(plan, [run(90), run(91)], NOW).is, 'few');
  for (const [down, is] of [[95, 'as-paid'], [80, 'as-paid'], [79, 'below'], [50, 'below'], [49, 'far-below']]) {
    assert.equal(compare(plan, [run(down), run(down), run(down)], NOW).is, is, String(down));
  }
});

test('the core is told two figures, and nothing that it could not use', () => {
  assert.deepEqual([rounded(94_312_000), rounded(1_000_000), rounded(55_512), rounded(0), rounded(null)], [94e6, 1e6, 56e3, null, null]);
  assert.equal(lineFact(null, [run(94), run(94)], NOW), null);
  assert.deepEqual(lineFact({ down: 100 }, [run(94)], NOW), { k: 'line', t: NOW, plan: 100e6, capacity: null });
  assert.deepEqual(lineFact(null, [run(94.3), run(94), run(93)], NOW), { k: 'line', t: NOW, plan: null, capacity: 94e6 });
});
