// A page with a strict policy and Trusted Types gets its explanation, and no violation.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browserName, play, until } from './playback.mjs';

test(`${browserName}: the overlay shows under a strict policy without a violation`, async () => {
  const session = await play({
    query: { strict: '' },
    fault: (track, number) => (track === 'video' && number === 5 ? { kind: 'withheld', silence: 9000 } : null),
  });
  try {
    // The policy is in force, or the rest would prove nothing.
    const blocked = await session.page.evaluate(() => {
      try {
        document.createElement('div').innerHTML = '<i>';
        return false;
      } catch {
        return true;
      }
    });
    assert.ok(blocked, 'Trusted Types are not enforced');
    await until(async () => (await session.record()).violations.length > 0, 'our own violation');
    await until(async () => (await session.record()).overlays.length > 0, 'the overlay');
    await session.reaches(14);
    const { violations } = await session.record();
    assert.deepEqual(violations.map(({ directive }) => directive), ['require-trusted-types-for'], 'only our own violation');
    assert.equal((await session.verdicts(1)).length, 1);
  } finally {
    await session.close();
  }
});
