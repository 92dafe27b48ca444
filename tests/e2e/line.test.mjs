// The line test, against a laboratory server that keeps to the specification at a known rate, and ones that do not.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { launch } from '../../demo/browsers.mjs';
import { serveNdt7 } from '../ndt7/server.mjs';
import { browserName, play, until } from './playback.mjs';

/** Bits a second; as fast as this a run of three seconds is far from any cap. */
const RATE = 24e6;
/** The smallest that is offered. */
const LEAST = 25e6;
/** Enough for any of these. */
const AMPLE = 250e6;
/** So fast that the least is used up at once; to the end it would be ten times that. */
const FAST = 100e6;
/** What may be on its way when a socket closes, bytes: the buffers of both ends, and half a second until a busy browser has closed it. */
const UNDER_WAY = 8e6 + FAST / 16;

describe(`the line test in ${browserName}`, () => {
  let shared;
  let server;
  let page;
  before(async () => {
    shared = await launch(browserName);
    server = await serveNdt7({ rate: RATE });
    page = await shared.openExtensionPage('line.html');
  });
  after(async () => {
    await shared.close();
    server.close();
  });
  beforeEach(async () => {
    Object.assign(server, { rate: RATE, manner: 'honest', duration: 3000, tests: [], asked: 0 });
    await page.bringToFront();
  });

  const stored = () => page.evaluate(async () => (await (globalThis.browser ?? globalThis.chrome).storage.local.get('line')).line ?? {});
  const set = (what) => page.evaluate((what) => (globalThis.browser ?? globalThis.chrome).storage.local.get('line').then(({ line }) => (globalThis.browser ?? globalThis.chrome).storage.local.set({ line: { ...line, ...what } })), what);
  const text = (selector) => page.evaluate((selector) => document.querySelector(selector).textContent, selector);
  const enabled = () => page.evaluate(() => !document.querySelector('#start').disabled);
  const says = (selector, what, patience) => until(async () => what.test(await text(selector)), `${selector} to say ${what}`, patience);
  /** Presses the button once it may be. What is told of a test after that is of this one. */
  async function start() {
    await until(enabled, 'the button');
    await page.evaluate(() => document.querySelector('#so-far').replaceChildren());
    await page.click('#start');
  }
  /** One test and what comes of it. */
  async function outcome(what, patience = 20_000) {
    await start();
    await says('#result', what, patience);
  }
  const closed = () => until(() => server.tests.every(({ open }) => !open), 'the server to see the end');

  test('nothing starts before the policy is accepted, and what it says is there to read', async () => {
    await says('#why', /accept M-Lab's policy first/);
    assert.ok(!(await enabled()));
    for (const said of [/IP address/, /publishe/]) assert.match(await text('#policy'), said);
    assert.match(await page.evaluate(() => document.querySelector('#policy a').href), /^https:\/\/www\.measurementlab\.net\//);
    await page.click('#accepted');
    await until(enabled, 'the button');
    assert.equal((await stored()).accepted, true);
    // Who has only just asked M-Lab waits.
    await set({ asked: Date.now() });
    await says('#why', /can start in 5 min/);
    assert.ok(!(await enabled()));
    await set({ accepted: false, server: server.url, most: LEAST });
    await until(enabled, 'the button, for a server of one\'s own');
    assert.ok(await page.evaluate(() => document.querySelector('#policy').hidden));
    assert.equal(server.asked, 0);
  });

  test('the rate that the server keeps to is what is measured, both ways, and kept', async () => {
    await set({ most: AMPLE });
    await start();
    await says('#so-far', /Mbit\/s so far/);
    await says('#result', /Mbit\/s down/, 20_000);
    const { runs: [run] } = await stored();
    for (const way of ['down', 'up']) assert.ok(run[way] > RATE * 0.75 && run[way] < RATE * 1.1, `${way}: ${run[way]} bit/s`);
    assert.deepEqual([run.capped, run.network, run.server], [false, '', server.host]);
    assert.deepEqual(server.tests.map(({ test }) => test), ['download', 'upload']);
    assert.match(server.tests[0].query, /client_name=whystall/);
    await until(() => page.evaluate(() => document.querySelectorAll('#runs tbody tr').length === 1), 'the run in the table');
  });

  test('a server that never stops, on a fast line, is left when the cap on data is reached', async () => {
    await set({ most: LEAST });
    Object.assign(server, { rate: FAST, manner: 'endless' });
    await outcome(/^At least .*ended at its cap/s);
    await closed();
    const [down, up] = server.tests;
    assert.ok(down.sent >= LEAST / 2 && down.sent <= LEAST / 2 + UNDER_WAY, `${down.sent} bytes down`);
    assert.ok(up.received > 0 && up.received <= LEAST / 2, `${up.received} bytes up`);
    assert.equal((await stored()).runs[0].capped, true);
  });

  test('who cancels is obeyed at once, and nothing is kept', async () => {
    const before = (await stored()).runs.length;
    Object.assign(server, { manner: 'endless', duration: 60_000 });
    await start();
    await says('#so-far', /Mbit\/s so far/);
    await page.click('#stop');
    await says('#result', /^Cancelled/);
    await closed();
    assert.equal(server.tests.length, 1);
    assert.equal((await stored()).runs.length, before);
  });

  test('servers that refuse, send junk, or break off: a clear result each, and nothing kept', async () => {
    const before = (await stored()).runs.length;
    for (const [manner, what] of [['refusing', /takes no ndt7 test/], ['junk', /what ndt7 does not allow/], ['breaking', /down|broke off too soon/]]) {
      server.manner = manner;
      await page.evaluate(() => document.querySelector('#result').replaceChildren());
      if (manner === 'breaking') server.rate = 8e6;
      await outcome(what);
    }
    assert.ok((await stored()).runs.length - before <= 1);
  });

  test('a server that boasts is not believed', async () => {
    Object.assign(server, { manner: 'lying', duration: 2000 });
    await page.evaluate(() => document.querySelector('#result').replaceChildren());
    await outcome(/Mbit\/s down/);
    const { runs: [run] } = await stored();
    assert.ok(run.down < RATE * 4, `${run.down} bit/s`);
    // What waits in a queue has left the browser: without the server's word nothing is known of it.
    assert.equal(run.up, null);
    assert.match(await text('#result'), /only the server can tell/);
  });

  test('while something plays there is no test', async () => {
    const session = await play({ shared });
    try {
      await until(() => session.page.evaluate(() => demo.video.currentTime > 0.5), 'playback');
      await says('#why', /Something is playing/);
      assert.ok(!(await enabled()));
      assert.equal(server.asked, 0);
    } finally {
      await session.close();
    }
    await until(enabled, 'the button again');
  });

  test('a server that is gone, and no network at all', async () => {
    server.close();
    await page.evaluate(() => document.querySelector('#result').replaceChildren());
    await outcome(/can't be reached/);
    // The other driver takes no network away.
    if (browserName !== 'chromium') return;
    await page.setOfflineMode(true);
    await outcome(/This computer is offline/);
  });
});
