// What the viewer notes has changed, and networks, compared on the stats page.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fillHistory } from '../../bench/past.mjs';
import { launch } from '../../demo/browsers.mjs';
import { browserName, until } from './playback.mjs';

describe(`comparisons in ${browserName}`, () => {
  test('a noted change stays and is compared, and so are two networks', async () => {
    const browser = await launch(browserName);
    try {
      const page = await browser.openExtensionPage('stats.html');
      await drawn(page);
      await fillHistory(page, { stalls: 800, days: 120 });
      // Every third day was over the phone.
      await page.evaluate(toPhone);
      await reloaded(page);
      const day = new Date(Date.now() - 60 * 86_400_000).toISOString().slice(0, 10);
      await page.evaluate((day) => {
        const form = document.getElementById('mark');
        form.elements.day.value = day;
        form.elements.kind.value = 'peering';
        form.elements.note.value = 'as the news said';
        form.requestSubmit();
      }, day);
      const table = (part) => page.evaluate((part) => [...document.querySelectorAll(`${part} tbody tr`)].map((row) => row.textContent), part);
      await until(async () => (await table('#change')).length === 9, 'before and after');
      await reloaded(page);
      assert.equal((await table('#change')).length, 9);
      assert.match(await page.$eval('#marks label', (label) => label.textContent), /peer directly · as the news said$/);
      const [stalled] = await table('#change');
      assert.match(stalled, /%.*%.*to/);
      await until(async () => (await table('#pair-told')).length === 9, 'network beside network');
      const head = await page.$$eval('#pair-told thead th', (cells) => cells.map((cell) => cell.textContent));
      assert.ok(head.includes('Phone') && head.includes('(not known)'), String(head));
      await page.evaluate(() => document.querySelector('#marks button').click());
      await until(() => page.evaluate(() => document.getElementById('sure').open), 'the question');
      await page.evaluate(() => document.querySelector('#sure button[value=yes]').click());
      await until(async () => (await table('#change')).length === 0, 'the note to be gone');
    } finally {
      await browser.close();
    }
  });
});

const drawn = (page) => until(() => page.evaluate(() => performance.getEntriesByName('shown').length > 0).catch(() => false), 'the page to be drawn');

async function reloaded(page) {
  await page.evaluate(() => (performance.clearMarks(), location.reload())).catch(() => {});
  await drawn(page);
}

/** Runs in the page. */
async function toPhone() {
  const known = [{ id: 'phone', name: 'Phone' }];
  await (globalThis.browser ?? globalThis.chrome).storage.local.set({ networks: { known, current: '', gateway: null } });
  return new Promise((done, fail) => {
    const open = indexedDB.open('whystall');
    open.onerror = () => fail(open.error);
    open.onsuccess = () => {
      const transaction = open.result.transaction(['hours'], 'readwrite');
      const hours = transaction.objectStore('hours');
      hours.getAll().onsuccess = ({ target }) => {
        for (const row of target.result.filter(({ hour }) => Math.floor(hour / 24) % 3 === 0)) {
          hours.delete([row.site, row.network, row.hour]);
          hours.put({ ...row, network: 'phone' });
        }
      };
      transaction.oncomplete = () => (open.result.close(), done());
    };
  });
}
