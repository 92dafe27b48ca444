// What players say of themselves, and what a viewer may let Whystall look at besides: what other tabs get, and the timings that
// servers do not show.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch } from '../../demo/browsers.mjs';
import { browserName, play, until } from './playback.mjs';

/** The player asks about 4 s ahead; milliseconds. */
const SILENCE = 7800;
const withheld = (track, number) => (track === 'video' && number === 4 ? { kind: 'withheld', silence: SILENCE } : null);

describe(`what players say of themselves, in ${browserName}`, () => {
  for (const [player, cmcd] of [['hls', 'query'], ['dash', 'headers']]) {
    test(`${player}, in ${cmcd}`, async () => {
      const session = await play({ fault: withheld, query: { player, cmcd, buffer: '4' } });
      try {
        await session.standstill();
        const [stall] = (await session.verdicts(1)).slice(-1);
        const evidence = (await session.evidence()).at(-1);
        const claims = evidence.inputs.filter(({ event }) => event === 'claimed');
        assert.ok(claims.some(({ claim }) => claim.buffer > 0), JSON.stringify(claims));
        const told = stall.findings.filter(({ id }) => id.startsWith('player-'));
        assert.ok(told.some(({ id }) => id === 'player-agrees'), JSON.stringify([told, claims]));
        assert.ok(told.every(({ facts }) => facts.every((fact) => evidence.inputs[fact].event === 'claimed')));
        assert.deepEqual(stall.blocking.map(({ track }) => track).includes('video'), true);
        // Nothing else of it is kept.
        assert.ok(!/sid|CMCD/.test(JSON.stringify(evidence)));
      } finally {
        await session.close();
      }
    });
  }
});

describe(`what a viewer may allow besides, in ${browserName}`, () => {
  let shared;
  before(async () => (shared = await launch(browserName)));
  after(() => shared.close());

  /** Presses the box on the settings page. */
  const allow = async (id) => {
    const settings = await shared.openExtensionPage('settings.html');
    await until(() => settings.evaluate(() => performance.getEntriesByName('shown').length > 0), 'the settings');
    await settings.click(`#${id}`);
    const now = () => settings.evaluate(async () => (await (globalThis.browser ?? globalThis.chrome).storage.local.get('signals')).signals);
    const said = await until(now, 'the choice to be kept');
    await settings.close();
    return said;
  };
  const rules = async () => {
    const page = await shared.openExtensionPage('settings.html');
    const all = await page.evaluate(() => (globalThis.browser ?? globalThis.chrome).declarativeNetRequest.getSessionRules());
    await page.close();
    return all;
  };
  /** Whether the page saw when connections to the media's server began. */
  const shown = (page, host) =>
    page.evaluate((host) => performance.getEntriesByType('resource').filter(({ name }) => name.includes(host)).map(({ requestStart }) => requestStart > 0), host);
  /** What the evidence of the newest stall has of these: others were stored by other tests. */
  const events = async (session, name) => {
    const began = ({ report }) => report.stalls.at(-1).began.wall;
    const [newest] = (await session.evidence()).toSorted((a, b) => began(b) - began(a));
    return newest.inputs.filter(({ event }) => event === name);
  };

  test('nothing, unless it is switched on', async () => {
    const session = await play({ fault: withheld, query: { buffer: '4' }, shared });
    const other = await session.browser.open(`${session.server.origin}/`);
    await other.evaluate(download, `http://${session.server.host}`);
    try {
      await session.page.bringToFront();
      await session.standstill();
      await session.verdicts(1);
      assert.deepEqual([await events(session, 'other-tabs'), await events(session, 'timings-shown'), await rules()], [[], [], []]);
      assert.ok((await shown(session.page, session.server.host)).every((seen) => !seen));
    } finally {
      await other.close();
      await session.close();
    }
  });

  test('what other tabs get, in numbers', async () => {
    assert.deepEqual(await allow('signal-tabs'), { otherTabs: true, timings: false });
    const session = await play({ fault: withheld, query: { buffer: '4' }, shared });
    const other = await session.browser.open(`${session.server.origin}/style.css`);
    try {
      await session.page.bringToFront();
      await session.reaches(2);
      const { lists, media } = await other.evaluate(download, `http://${session.server.host}`);
      await session.standstill();
      await session.verdicts(1);
      const counted = await events(session, 'other-tabs');
      const bytes = counted.reduce((sum, count) => sum + count.bytes, 0);
      // What is as little as a playlist is not told of by itself, and there may be a second between it and the rest.
      assert.ok(bytes >= media && bytes <= media + lists, `${media}, ${lists}: ${JSON.stringify(counted)}`);
      assert.ok(counted.every((count) => count.from <= count.at && Object.keys(count).sort().join() === 'answers,at,bytes,event,from,open'));
    } finally {
      await other.close();
      await session.close();
      await allow('signal-tabs');
    }
  });

  test('timings of servers that send media, until it is switched off', async () => {
    assert.deepEqual(await allow('signal-timings'), { otherTabs: false, timings: true });
    const session = await play({ fault: withheld, query: { buffer: '4' }, shared });
    try {
      await session.standstill();
      const seen = await shown(session.page, session.server.host);
      // The first answers tell which servers send media.
      assert.ok(!seen[0] && seen.slice(-3).every(Boolean), JSON.stringify(seen));
      await session.verdicts(1);
      assert.deepEqual((await events(session, 'timings-shown')).map(({ host }) => host), [session.server.host]);
      assert.equal((await rules()).length, 1);
      await session.page.bringToFront();
      await allow('signal-timings');
      await until(async () => (await rules()).length === 0, 'the rule to go');
    } finally {
      await session.close();
    }
  });

  test('a rule goes with its page', async () => {
    await allow('signal-timings');
    const session = await play({ query: { buffer: '4' }, shared });
    await until(async () => (await rules()).length > 0, 'a rule');
    await session.close();
    await until(async () => (await rules()).length === 0, 'the rule to go');
    await allow('signal-timings');
  });
});

/** Fetches media segments in the page: bytes that came. */
async function download(origin) {
  const playlist = await (await fetch(`${origin}/master.m3u8`)).text();
  const renditions = playlist.split('\n').filter((line) => line && !line.startsWith('#'));
  const segments = await (await fetch(`${origin}/${renditions.at(-1)}`)).text();
  let media = 0;
  const names = segments.split('\n').filter((line) => line && !line.startsWith('#')).slice(0, 3);
  const directory = renditions.at(-1).replace(/[^/]*$/, '');
  for (const name of names) {
    const body = await (await fetch(`${origin}/${directory}${name}`)).arrayBuffer();
    media += body.byteLength;
  }
  return { lists: playlist.length + segments.length, media };
}
