// Nothing on the extension's pages and in the overlay breaks a rule of WCAG that a program can check (axe-core).
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { fillHistory } from '../../bench/past.mjs';
import { launch } from '../../demo/browsers.mjs';
import { browserName, play, until } from './playback.mjs';

const axe = await readFile(new URL('../../demo/node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

/** WCAG 2.2 AA, and what is known to help beyond it. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** The overlay is part of a page, which has its own headings and landmarks. */
const OF_PAGES = { region: { enabled: false }, 'heading-order': { enabled: false } };

const withheld = (track, number) => (track === 'video' && number === 4 ? { kind: 'withheld', silence: 8000 } : null);

for (const dark of [false, true]) {
  describe(`accessible in ${browserName}, ${dark ? 'dark' : 'light'}`, () => {
    let shared;
    before(async () => (shared = await launch(browserName, { dark })));
    after(() => shared.close());

    test('before anything was played', async () => {
      for (const file of ['welcome.html', 'popup.html', 'share.html', 'stats.html', 'settings.html', 'line.html']) {
        const page = await shared.openExtensionPage(file);
        if (file === 'stats.html') await drawn(page);
        await page.waitForSelector('main h1');
        await keepsTheRules(page, file);
      }
    });

    test('a stall, in overlay, popup, share page and statistics', async () => {
      const session = await play({ fault: withheld, shared });
      try {
        const stands = () => session.page.evaluate(() => !demo.video.paused && demo.video.currentTime > 1 && demo.video.readyState < 3);
        await until(stands, 'the stall', 40_000);
        await until(() => session.page.evaluate(() => document.querySelector('[popover=manual]:popover-open') !== null), 'the overlay');
        // What is in a closed shadow root only Chromium's debugger reaches; both browsers draw the same tree.
        if (browserName === 'chromium') {
          await openShadow(session.page);
          await keepsTheRules(session.page, 'overlay', '[popover=manual]');
        }
        await session.standstill();
        await session.verdicts(1);
        const popup = await shared.openPopup(session.page);
        await popup.waitForSelector('[data-action=share]');
        await keepsTheRules(popup, 'popup');
        await popup.click('[data-action=share]');
        const share = await shared.openedExtensionPage('share.html?stall=');
        await until(() => share.evaluate(() => !document.querySelector('#share').hidden), 'the card');
        await keepsTheRules(share, 'share page');
        await fillHistory(share, { stalls: 500, days: 100 });
        const stats = await shared.openExtensionPage('stats.html');
        await drawn(stats);
        await keepsTheRules(stats, 'statistics');
      } finally {
        await session.close();
      }
    });
  });
}

/** The statistics have all that they are going to have. */
const drawn = (page) => until(() => page.evaluate(() => performance.getEntriesByName('shown').length > 0), 'the statistics');

/** @param {string} [part] selector; else all of the page */
async function keepsTheRules(page, what, part) {
  await page.evaluate(axe);
  const violations = await page.evaluate(
    async (part, values, rules) => {
      const found = await globalThis.axe.run(part ?? document, { runOnly: { type: 'tag', values }, rules });
      return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('; ')}`);
    },
    part, RULES, part ? OF_PAGES : {},
  );
  assert.deepEqual(violations, [], what);
}

/** Makes the closed shadow root of the overlay an open one for the page's own scripts, and unfolds what is in it. */
async function openShadow(page) {
  const client = await page.createCDPSession();
  const { root } = await client.send('DOM.getDocument', { depth: -1, pierce: true });
  const closed = (node) => node.shadowRoots?.find(({ shadowRootType }) => shadowRootType === 'closed');
  const find = (node) => (closed(node) ? node : (node.children ?? []).map(find).find(Boolean));
  const host = find(root);
  assert.ok(host, 'no closed shadow root');
  const resolve = async ({ backendNodeId }) => (await client.send('DOM.resolveNode', { backendNodeId })).object.objectId;
  await client.send('Runtime.callFunctionOn', {
    objectId: await resolve(host),
    functionDeclaration: `function (root) {
      Object.defineProperty(this, 'shadowRoot', { value: root });
      for (const details of root.querySelectorAll('details')) details.open = true;
    }`,
    arguments: [{ objectId: await resolve(closed(host)) }],
  });
}
