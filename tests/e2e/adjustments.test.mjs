// A player that goes down to a lower quality, and up again: told once and quietly, with what was lost and for how long.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { invented } from '../../demo/verdict.mjs';
import { browserName, play, until } from './playback.mjs';

/** The body of a media segment takes this long, milliseconds: at first, so that the player does not expect the speed of
 * this machine, and later, not longer than it plays but too long for the bit rate of the best quality. */
const FAST = 400;
const SLOW = 1900;
/** The first media segment that comes slowly. By then the best quality was played for long enough to be missed. */
const FROM = 11;
/** The line is there this soon after the picture got worse, milliseconds, and gone this long after it came. */
const SOON = 2000;
const GONE = 12_000;

describe(`picture quality in ${browserName}`, () => {
  test('a drop that the player chose is told of', async () => {
    const slow = (track, number) => (track === 'video' ? { kind: 'slow-body', spread: number < FROM ? FAST : SLOW } : null);
    const session = await play({ fault: slow, query: { level: 'auto' } });
    const { page } = session;
    try {
      await page.evaluate(() => {
        const heights = (window.heights = []);
        const note = () => demo.video.videoHeight && heights.push({ height: demo.video.videoHeight, at: Date.now() });
        demo.video.addEventListener('resize', note);
        note();
      });
      const heights = () => page.evaluate(() => window.heights);
      const drop = (all) => all.findIndex(({ height }, i) => i > 0 && height < all[i - 1].height);
      await until(async () => drop(await heights()) > 0, 'a lower quality', 90_000);
      const before = await heights();
      const [best, worse] = before.slice(drop(before) - 1);
      const shown = (await session.record()).overlays;
      await until(async () => (await session.record()).overlays.some(({ shown }) => shown >= worse.at - SOON), 'the line', SOON);
      await until(async () => (await session.record()).overlays.every(({ gone }) => gone), 'the line to go', GONE);
      assert.deepEqual(shown.filter(({ shown }) => shown < worse.at - SOON), [], 'nothing before');

      const text = await popupText(session);
      assert.match(text, new RegExp(`\\b(Playing|Played) \\d+p instead of ${best.height}p`));
      const { gaps } = await session.record();
      assert.deepEqual(invented(gaps, await session.verdicts(0, { hiccups: true })).map(({ cause }) => cause), [], 'a stall that the page did not see');
    } finally {
      await session.close();
    }
  });

  test("the viewer's own choice is not", async () => {
    const session = await play({ query: { level: '2' } });
    const { page } = session;
    try {
      await session.reaches(14);
      await page.click('#mute');
      await page.evaluate(() => demo.player.keepTo(0));
      await until(() => page.evaluate(() => demo.video.videoHeight === 360), 'the chosen quality', 30_000);
      await session.reaches(26);
      // Where a busy machine made playback stand, that is told.
      const { overlays, gaps } = await session.record();
      const ofStall = ({ shown, gone = Infinity }) => gaps.some(({ began, ended }) => shown < ended + SOON && gone > began);
      assert.deepEqual(overlays.filter((overlay) => !ofStall(overlay)), []);
      assert.doesNotMatch(await popupText(session), /instead of/);
    } finally {
      await session.close();
    }
  });
});

/** What the popup says of the tab that plays. */
async function popupText({ browser, page }) {
  const popup = await browser.openPopup(page);
  const text = () => popup.evaluate(() => document.body.innerText);
  await until(async () => (await text()).includes('ready to play') || (await text()).includes('Playing'), 'the popup', 10_000);
  return text();
}
