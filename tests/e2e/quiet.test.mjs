// What is not a stall is not called one, and shows nothing.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { browserName, pass, play, until } from './playback.mjs';

describe(`no stall in ${browserName}`, () => {
  const quiet = (name, options, act) =>
    test(name, async () => {
      const session = await play(options);
      try {
        await act(session);
        const { gaps, overlays, violations, frames } = await session.record();
        assert.notEqual(frames, 0, 'nothing was played');
        assert.deepEqual(violations, []);
        assert.deepEqual((await session.verdicts(0)).map(({ cause }) => cause), []);
        // On a machine that is too busy there may be something to show.
        if (gaps.length === 0) assert.deepEqual(overlays, []);
      } finally {
        await session.close();
      }
    });

  // A minute with `cargo xtask test --full`.
  quiet('healthy', {}, ({ reaches }) => reaches(process.env.WHYSTALL_FULL ? 62 : 20));

  // Four seconds without a first picture is start-up, however long.
  quiet('start-up', { fault: (track, number) => (track === 'video' && number === 0 ? { kind: 'withheld', silence: 4000 } : null) }, ({ reaches }) => reaches(4));

  quiet('pause', {}, async ({ page, reaches }) => {
    await reaches(3);
    await page.click('#play');
    await pass(3000);
    await page.click('#play');
    await reaches(6);
  });

  // Far ahead, where nothing is buffered and the server takes its time.
  quiet('seek', { fault: (track, number) => (track === 'video' && number === 30 ? { kind: 'withheld', silence: 3000 } : null) }, async ({ page, reaches }) => {
    await reaches(3);
    await page.evaluate(() => (demo.video.currentTime = 60.5));
    await reaches(64);
  });

  quiet('end', {}, async ({ page, reaches }) => {
    await reaches(2);
    await page.evaluate(() => (demo.video.currentTime = 85));
    await until(() => page.evaluate(() => demo.video.ended), 'the end');
    await pass(3000);
  });
});
