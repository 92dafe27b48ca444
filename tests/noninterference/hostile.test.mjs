// Pages that make it hard, and players in frames of all kinds: the page works as ever, and its stall is explained.
import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { disagreements } from '../../demo/verdict.mjs';
import { browserName, isHiccup, play, until } from '../e2e/playback.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));

/** The player asks 4 s ahead: this stalls it at 6 s for about three seconds. */
const fault = (track, number) => (track === 'video' && number === 3 ? { kind: 'withheld', silence: 7000 } : null);
const PLAYED = 8;

/** Times may be off by this, milliseconds: the e2e tests are stricter. */
const TOLERANCE = 300;

/** How long playing that much may take, stalls included, milliseconds. */
const PATIENCE = 60_000;

/** Plays one page, waits for its stall, and compares what was said of it with what happened. */
async function explained({ file, query = {}, frame = ({ page }) => page }) {
  const session = await play({ pages: [here], file, query: { buffer: '4', level: '0', ...query }, fault });
  try {
    const errors = [];
    session.page.on('pageerror', ({ message }) => errors.push(message));
    const inside = await until(() => frame(session), 'the frame of the player');
    await until(() => inside.evaluate((played) => globalThis.demo?.video.currentTime >= played, PLAYED), `playing ${PLAYED} s`, PATIENCE);
    const record = await inside.evaluate(() => demo.record);
    await inside.evaluate(() => demo.video.pause());
    const stalls = (await session.verdicts(1)).filter((stall) => !isHiccup(stall, record.gaps));
    const gap = record.gaps.find(({ began, ended }) => ended - began > 1000);
    assert.ok(gap, 'the page saw no stall');
    assert.equal(stalls.length, 1, 'stalls');
    const [truth] = session.truths({ ...record, gaps: [gap] });
    assert.deepEqual(disagreements(stalls[0], truth, TOLERANCE), []);
    assert.deepEqual(record.violations, []);
    const [{ inputs }] = await session.evidence();
    assert.ok(inputs.some(({ observer }) => observer === 'browser'), 'what the browser saw of its requests');
    return { page: await session.page.evaluate(() => globalThis.hostile), errors, stall: stalls[0] };
  } finally {
    await session.close();
  }
}

const inFrame = async ({ page }) => {
  for (const frame of page.frames()) {
    if (frame !== page.mainFrame() && (await frame.evaluate(() => Boolean(globalThis.demo)).catch(() => false))) return frame;
  }
  return null;
};

describe(`a page that makes it hard, in ${browserName}`, () => {
  test('had replaced the methods before, and its own still see every call', async () => {
    const { page } = await explained({ file: '/hostile.html', query: { page: 'patchedBefore' } });
    for (const name of ['createObjectURL', 'addSourceBuffer', 'appendBuffer', 'open', 'send']) assert.ok(page.calls.includes(name), name);
  });

  test('replaces them later', async () => {
    const { page } = await explained({ file: '/hostile.html', query: { page: 'patchedLater' } });
    assert.ok(page.calls.includes('appendBuffer'));
  });

  test('spies on what it had replaced, and finds no one', async () => {
    const { page } = await explained({ file: '/hostile.html', query: { page: 'robbed' } });
    assert.deepEqual(page.complaints, []);
  });

  test('throws in its listeners', () => explained({ file: '/hostile.html', query: { page: 'throwing' } }));

  test('forges and floods', () => explained({ file: '/hostile.html', query: { page: 'forging' } }));

  test('has frozen the interfaces: it works, and what is not seen is not guessed', async () => {
    const session = await play({ pages: [here], file: '/hostile.html', query: { page: 'frozen', buffer: '4', level: '0' }, fault });
    try {
      await session.reaches(PLAYED);
      const { gaps, violations } = await session.record();
      const stalls = await session.verdicts(1);
      assert.equal(stalls.length, gaps.filter(({ began, ended }) => ended - began > 1000).length);
      // Its requests are seen by the browser, what it did with them is not.
      for (const { blocking } of stalls) for (const { arrived } of blocking) assert.equal(arrived, false);
      assert.deepEqual(violations, []);
    } finally {
      await session.close();
    }
  });
});

describe(`a player in a frame, in ${browserName}`, () => {
  for (const frame of ['sameSite', 'otherSite', 'sandboxed', 'blank', 'srcdoc']) {
    test(frame, () => explained({ file: '/framed.html', query: { frame }, frame: inFrame }));
  }

  test('that is removed in the middle of a stall', async () => {
    const session = await play({ pages: [here], file: '/framed.html', query: { frame: 'sameSite', buffer: '4', level: '0' }, fault });
    try {
      const inside = await until(() => inFrame(session), 'the frame of the player');
      await until(() => inside.evaluate(() => demo.video.currentTime > 4 && demo.video.readyState < 3), 'the stall', PATIENCE);
      await session.page.evaluate(() => document.getElementById('frame').remove());
      // The extension is well: it explains the next page's stall.
      const next = await session.browser.open(session.server.url({ buffer: '4', level: '0' }));
      await until(() => next.evaluate(() => demo.video.currentTime > 4), 'the next page plays', PATIENCE);
      assert.deepEqual(await session.verdicts(0), [], 'what had no end was not recorded');
    } finally {
      await session.close();
    }
  });
});
