// A page that isolates itself from other origins gets its explanation, and nothing of ours is kept from loading.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browserName, play, until } from './playback.mjs';

test(`${browserName}: a stall on a page that is isolated from other origins`, async () => {
  const session = await play({
    query: { isolated: '' },
    fault: (track, number) => (track === 'video' && number === 4 ? { kind: 'withheld', silence: 9500 } : null),
  });
  try {
    assert.equal(await session.page.evaluate(() => crossOriginIsolated), true, 'the page is not isolated');
    // What an embedder policy keeps out is told so, where a browser can tell (Chromium), and by no event.
    await session.page.evaluate(() => {
      window.kept = [];
      const note = (reports) => window.kept.push(...reports.filter(({ type }) => type === 'coep'));
      if (globalThis.ReportingObserver) new ReportingObserver(note, { buffered: true }).observe();
    });
    await until(async () => (await session.record()).overlays.length > 0, 'the overlay', 40_000);
    await session.reaches(12);
    const { violations } = await session.record();
    assert.deepEqual(violations, []);
    assert.equal(await session.page.evaluate(() => window.kept.length), 0);
    const [stall, ...more] = await session.verdicts(1);
    assert.deepEqual(more, []);
    assert.equal(stall.cause, 'slow-response');
  } finally {
    await session.close();
  }
});
