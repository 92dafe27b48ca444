// The settings: what the viewer types is kept if it makes sense, networks are joined with all that was watched in them, and
// nobody is asked but on a press of the button that says whom.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fillHistory } from '../../bench/past.mjs';
import { launch } from '../../demo/browsers.mjs';
import { browserName, until } from './playback.mjs';

describe(`settings in ${browserName}`, () => {
  let shared;
  before(async () => (shared = await launch(browserName)));
  after(() => shared.close());

  const open = async () => {
    const page = await shared.openExtensionPage('settings.html');
    await until(() => page.evaluate(() => performance.getEntriesByName('shown').length > 0), 'the settings');
    return page;
  };
  const stored = (page, key) => page.evaluate(async (key) => (await (globalThis.browser ?? globalThis.chrome).storage.local.get(key))[key], key);
  /** Types into a field of a network, by its label. */
  const fill = (page, label, text) =>
    until(() => page.evaluate((label, text) => {
      const field = [...document.querySelectorAll('.network.current .field')].find((field) => field.textContent.startsWith(label))?.querySelector('input');
      field?.focus();
      if (field) field.value = text;
      return field?.dispatchEvent(new Event('change'));
    }, label, text), `the field ${label}`);
  const network = async (page, name) => (await stored(page, 'networks'))?.known.find((network) => network.name === name);

  test('a network has what the viewer types, if it can be', async () => {
    const page = await open();
    await page.click('#add');
    await until(() => network(page, 'New network'), 'a network');
    await fill(page, 'Name', 'Home');
    await until(() => network(page, 'Home'), 'its name');
    await fill(page, 'Internet provider', 'Example ISP');
    await fill(page, 'Speed', '62,5');
    await fill(page, 'Address of the router', '192.168.178.1');
    await until(async () => (await network(page, 'Home')).gateways.length > 0, 'its router');
    const { provider, plan, gateways } = await network(page, 'Home');
    assert.deepEqual([provider, plan, gateways], ['Example ISP', { down: 62.5 }, ['http://192.168.178.1/']]);
    await fill(page, 'Address of the router', '8.8.8.8');
    await until(() => page.evaluate(() => /private address/.test(document.querySelector('.problem').textContent)), 'the problem');
    assert.deepEqual((await network(page, 'Home')).gateways, gateways);
    await page.close();
  });

  test('two networks that are one have one history', async () => {
    const page = await shared.openExtensionPage('stats.html');
    await until(() => page.evaluate(() => performance.getEntriesByName('shown').length > 0), 'the database');
    await fillHistory(page, { stalls: 40, days: 10 });
    const { id } = await network(page, 'Home');
    await page.evaluate(moveHalf, 'other', id);
    const known = [...(await stored(page, 'networks')).known, { id: 'other', name: 'Other', used: 1 }];
    await page.evaluate((networks) => (globalThis.browser ?? globalThis.chrome).storage.local.set({ networks }), { ...(await stored(page, 'networks')), known });
    const settings = await open();
    const before = await history(page);
    assert.ok(['other', id].every((network) => before.hours.some((row) => row.network === network)));
    await settings.evaluate((into) => {
      const choice = document.getElementById('other').querySelector('select');
      choice.value = into;
      choice.dispatchEvent(new Event('change'));
    }, id);
    await until(async () => (await stored(page, 'networks')).known.length === 1, 'them to be one');
    const after = await history(page);
    const sums = ({ hours }) => ['played', 'starts'].map((key) => hours.reduce((sum, row) => sum + row[key], 0));
    const counted = ({ hours }) => hours.flatMap(({ sets }) => sets).reduce((sum, [, count]) => sum + count, 0);
    assert.deepEqual([sums(after), counted(after), after.stalls.length], [sums(before), counted(before), before.stalls.length]);
    assert.ok([...after.hours, ...after.stalls].every((row) => row.network === id));
    // Two rows of one hour are one.
    assert.ok(after.hours.length < before.hours.length);
    await Promise.all([page.close(), settings.close()]);
  });

  test('references are addresses that nothing in between can answer for', async () => {
    const page = await open();
    const use = (a, b) => page.evaluate((a, b) => {
      document.querySelector('#reference-a').value = a;
      document.querySelector('#reference-b').value = b;
      document.querySelector('#references').requestSubmit();
    }, a, b);
    const problem = (what) => until(async () => what.test(await page.evaluate(() => document.querySelector('#reference-problem').textContent)), `the problem ${what}`);
    await use('http://example.org/file', 'https://other.example/file');
    await problem(/https:\/\//);
    await use('https://example.org/a', 'https://example.org/b');
    await problem(/same server/);
    assert.equal(await stored(page, 'check'), undefined);
    await use('https://example.org/file', 'https://other.example/file');
    await until(async () => (await stored(page, 'check'))?.references?.length === 2, 'the references');
    assert.equal((await stored(page, 'check')).automatic, false);
    await page.click('#listed-again');
    await until(async () => (await stored(page, 'check')).references === undefined, 'those listed');
    await page.close();
  });
});

/** What the history has. */
const history = (page) =>
  page.evaluate(async () => {
    const db = await new Promise((done) => (indexedDB.open('whystall').onsuccess = ({ target }) => done(target.result)));
    const all = (store) => new Promise((done) => (db.transaction(store).objectStore(store).getAll().onsuccess = ({ target }) => done(target.result)));
    const both = { hours: await all('hours'), stalls: await all('stalls') };
    db.close();
    return both;
  });

/** All that was watched was so half in one network, half in the other. Runs in the page. */
async function moveHalf(one, other) {
  const db = await new Promise((done) => (indexedDB.open('whystall').onsuccess = ({ target }) => done(target.result)));
  const transaction = db.transaction(['hours', 'stalls'], 'readwrite');
  const [hours, stalls] = ['hours', 'stalls'].map((name) => transaction.objectStore(name));
  hours.getAll().onsuccess = ({ target }) => {
    hours.clear();
    for (const row of target.result) {
      hours.put({ ...row, network: one });
      hours.put({ ...row, network: other, sets: [] });
    }
  };
  stalls.getAll().onsuccess = ({ target }) => target.result.forEach((row) => stalls.put({ ...row, network: one }));
  await new Promise((done) => (transaction.oncomplete = done));
  db.close();
}
