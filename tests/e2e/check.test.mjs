// The check, as a viewer meets it: nothing is asked without a yes or a press of a button; then what is measured is told while
// it lasts, and after it what that excluded. Who answers is real, and counts who asked.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, beforeEach, describe, test } from 'node:test';
import { launch } from '../../demo/browsers.mjs';
import { browserName, pass, play, until } from './playback.mjs';

/** How long what is in it waits in a queue, milliseconds. */
const QUEUE = 500;
const FILE = Buffer.alloc(1 << 20);

/** Ways to answer. */
const honest = (request, response) => {
  const last = Number(/^bytes=0-(\d+)$/.exec(request.headers.range ?? '')?.[1]);
  response.setHeader('Content-Type', 'application/octet-stream');
  if (request.method === 'HEAD') response.setHeader('Content-Length', FILE.length).end();
  else response.writeHead(206, { 'Content-Range': `bytes 0-${last}/${FILE.length}`, 'Content-Length': last + 1 }).end(FILE.subarray(0, last + 1));
};
const queued = (request, response) => pass(QUEUE).then(() => honest(request, response));
const signIn = (_, response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<h1>Sign in</h1>'.repeat(10_000));
const silent = () => {};
/** Browsers refuse to ask this port. */
const BLOCKED = 'http://127.0.0.1:1/file';

const late = (fault, from = 3) => (track, number) => (track === 'video' && number === from ? fault : null);

describe(`a check in ${browserName}`, () => {
  let shared;
  /** @type {Record<'router' | 'first' | 'second', { answer: typeof honest, asked: string[], url: string, close: () => void }>} */
  let servers;
  before(async () => {
    shared = await launch(browserName);
    servers = { router: await serve(), first: await serve(), second: await serve() };
  });
  after(async () => {
    await shared.close();
    for (const server of Object.values(servers)) server.close();
  });
  beforeEach(() => {
    for (const server of Object.values(servers)) Object.assign(server, { answer: honest, asked: [] });
  });
  const asked = () => Object.values(servers).flatMap(({ asked }) => asked);

  /** What the extension's storage has under `check`. */
  async function set(check) {
    const page = await shared.openExtensionPage('settings.html');
    await page.evaluate((check) => (globalThis.browser ?? globalThis.chrome).storage.local.set({ check }), check);
    await page.close();
  }
  const ours = (more = {}) => ({ automatic: false, gateways: [servers.router.url], references: [servers.first.url, servers.second.url], ...more });

  /** Plays with a popup beside it. */
  async function watch(fault, act) {
    const session = await play({ fault, shared });
    try {
      const popup = await shared.openPopup(session.page);
      await session.page.bringToFront();
      // A tab in the background takes no clicks from a mouse that is elsewhere.
      const press = (action) => popup.evaluate((action) => document.querySelector(`[data-action=${action}]`).click(), action);
      const said = () => popup.evaluate(() => document.querySelector('.probe')?.textContent ?? '');
      const says = (what) =>
        until(async () => what.test(await said()), `the popup to say ${what}`).catch(async (error) => {
          throw new Error(`${error.message}; it says: ${await said()}`);
        });
      const stands = () => until(() => session.page.evaluate(() => !demo.video.paused && demo.video.currentTime > 1 && demo.video.readyState < 3), 'the stall', 40_000);
      /** Lets it be measured what answers take while nothing is wrong. */
      const rests = async () => {
        await until(() => session.page.evaluate(() => demo.video.currentTime > 1), 'playback');
        await press('check');
        await says(/Measured while nothing was wrong/);
      };
      await act({ session, popup, press, says, rests, stands });
    } finally {
      await session.close();
    }
  }

  test('who says no is not asked again, and nobody is asked anything', async () => {
    const welcome = await shared.openExtensionPage('welcome.html');
    const words = await welcome.evaluate(() => document.querySelector('#consent').textContent);
    for (const said of ['ajax.googleapis.com', 'cdnjs.cloudflare.com', '256', 'router']) assert.ok(words.includes(said), said);
    const [yes, no] = await welcome.evaluate(() => ['yes', 'no'].map((id) => {
      const { width, height } = document.querySelector(`#consent-${id}`).getBoundingClientRect();
      return [width, height];
    }));
    assert.deepEqual(yes, no);
    await welcome.click('#consent-no');
    await until(() => welcome.evaluate(() => document.querySelector('#consent-no').getAttribute('aria-pressed') === 'true'), 'the answer');
    const setting = await welcome.evaluate(async () => (await (globalThis.browser ?? globalThis.chrome).storage.local.get('check')).check);
    assert.deepEqual(setting, { automatic: false });
    await welcome.close();
    await set(ours());
    await watch(late({ kind: 'withheld', silence: 9000 }), async ({ session, popup }) => {
      await session.standstill();
      const [stall] = await session.verdicts(1);
      assert.ok(!stall.findings.some(({ id }) => id.startsWith('checked')));
      assert.ok(await popup.evaluate(() => document.querySelector('[data-action=check]') !== null));
    });
    assert.deepEqual(asked(), []);
  });

  test('a press of a button: what is measured, and what that excludes', async () => {
    await set(ours());
    await watch(late({ kind: 'slow-body', spread: 12_000 }, 7), async ({ session, popup, press, says, rests, stands }) => {
      await rests();
      assert.ok(asked().length > 0 && asked().every((request) => request.startsWith('HEAD')));
      await stands();
      // A queue in the home: everything waits in it.
      for (const server of Object.values(servers)) server.answer = queued;
      await press('check');
      await says(/Checking …/);
      await session.standstill();
      await says(/What the check found:.*Speaks against: your ISP, the networks in between, the video service/s);
      const [stall] = await session.verdicts(1);
      const ids = stall.findings.map(({ id }) => id);
      for (const id of ['checked-on-demand', 'gateway-up', 'near-up']) assert.ok(ids.includes(id), ids.join());
      assert.deepEqual([stall.unchecked, stall.zones], [['home', 'access', 'interconnect', 'edge', 'origin'], ['home']]);
      // Which router answered says which network it is.
      assert.match(await popup.evaluate(() => document.querySelector('#network').selectedOptions[0].textContent), /^127\.0\.0\.1$/);
    });
    // Nothing is filled further that is full.
    assert.ok(asked().every((request) => request.startsWith('HEAD')));
  });

  test('a queue behind the router: who filled it, the viewer is asked, and the answer is part of the evidence', async () => {
    await set(ours());
    await watch(late({ kind: 'slow-body', spread: 12_000 }, 7), async ({ session, popup, press, says, rests, stands }) => {
      await rests();
      await stands();
      servers.first.answer = servers.second.answer = queued;
      await press('check');
      await session.standstill();
      const question = () => popup.evaluate(() => document.querySelector('.question')?.textContent ?? '');
      await until(async () => /another device, or another program/.test(await question()), 'the question');
      const [before] = await session.verdicts(1);
      assert.deepEqual([before.zones, before.would_decide], [['home', 'access'], ['household']]);
      await press('home-alone');
      await until(async () => (await question()) === '', 'the question to be gone');
      const evidence = await session.evidence();
      assert.equal(evidence.filter(({ report }) => report.stalls.at(-1).began.wall === before.began.wall).length, 1, 'in place of what was there');
      const [stall] = await session.verdicts(1);
      assert.deepEqual(stall.zones, ['access']);
      assert.match(await popup.evaluate(() => document.body.innerText), /You said that nothing else in your home used the connection/);
    });
  });

  test('a sign-in page and what never leaves the machine clear nobody', async () => {
    servers.first.answer = signIn;
    await set(ours({ gateways: ['http://127.0.0.1:1/'], references: [servers.first.url, BLOCKED] }));
    await watch(late({ kind: 'withheld', silence: 9000 }), async ({ session, press, says, stands }) => {
      await stands();
      await press('check');
      await says(/Your router: could not be asked/);
      await says(/An independent server: something else answered in its place/);
      await says(/Another independent server: could not be asked/);
      await session.standstill();
      const [stall] = await session.verdicts(1);
      const ids = stall.findings.map(({ id }) => id);
      for (const id of ['blocked-gateway', 'unfit-references']) assert.ok(ids.includes(id), ids.join());
      for (const zone of ['home', 'access']) assert.ok(stall.zones.includes(zone), stall.zones.join());
    });
    assert.ok(servers.first.asked.length > 0 && servers.second.asked.length === 0);
  });

  test('who never answers is waited for, but not by who stops it', async () => {
    servers.first.answer = servers.second.answer = silent;
    await set(ours());
    await watch(late({ kind: 'withheld', silence: 12_000 }), async ({ session, press, says, stands }) => {
      await stands();
      await press('check');
      await says(/An independent server: asked, no answer yet/);
      await says(/An independent server: no answer.*Another independent server: no answer/s);
      await until(() => servers.first.asked.length > 2, 'another round');
      await press('stop-check');
      await says(/The check was stopped/);
      const before = asked().length;
      await session.standstill();
      const [stall] = await session.verdicts(1);
      assert.ok(stall.findings.some(({ id }) => id === 'unchecked-references'));
      for (const zone of ['home', 'access']) assert.ok(stall.zones.includes(zone), stall.zones.join());
      assert.equal(asked().length, before);
    });
  });
});

/** A server that notes who asks. */
async function serve() {
  const made = { answer: honest, asked: [], url: '', close: () => (server.closeAllConnections(), server.close()) };
  const server = createServer((request, response) => {
    made.asked.push(`${request.method} ${request.headers.range ?? ''}`.trim());
    made.answer(request, response);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  made.url = `http://127.0.0.1:${server.address().port}/file`;
  return made;
}
