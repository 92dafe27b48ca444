// Where servers are: a table says which networks the demo's server and the viewer are in. Once playback stalled, the evidence
// says so, and names are shown as places.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { browserName, play, until } from './playback.mjs';

/** The demo's servers are all on this machine. Numbers that are no time by chance. */
const LIST = '127.0.0.0/8 4211223344 ExampleCDN\n::1/128 4211223344 ExampleCDN\n';

let folder = '';
let networks = '';
before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'whystall-networks-'));
  networks = path.join(folder, 'networks.bin');
  const list = path.join(folder, 'networks.txt');
  await writeFile(list, LIST);
  await promisify(execFile)('cargo', ['xtask', 'networks', '--list', list, '--date', '20260617', '--out', networks]);
});
after(() => rm(folder, { recursive: true }));

/** The viewer's network, as settings keep it. */
const viewerIn = (asn) => ({
  known: [{ id: 'home', name: 'Home', provider: 'Example ISP', asn, plan: null, gateways: [], used: 1 }],
  current: 'home',
  gateway: null,
});

const withheld = (track, number) => (track === 'video' && number === 5 ? { kind: 'withheld', silence: 9500 } : null);

/** Plays until a stall is over; gives what was placed, the verdict, and what the popup says. */
async function story(asn, query = {}) {
  const session = await play({ fault: withheld, query, how: { networks } });
  const { browser, page } = session;
  try {
    const popup = await browser.openPopup(page);
    await popup.evaluate((networks) => (globalThis.browser ?? globalThis.chrome).storage.local.set({ networks }), viewerIn(asn));
    await page.bringToFront();
    await session.standstill();
    await popup.bringToFront();
    const places = await until(() => popup.evaluate(() => document.querySelector('.places')?.textContent), 'the names of places');
    const [evidence] = await session.evidence();
    const placed = evidence.inputs.filter(({ event }) => event === 'placed');
    return { evidence, placed, places, stall: evidence.report.stalls.at(-1), text: await popup.evaluate(() => document.body.innerText) };
  } finally {
    await session.close();
  }
}

test(`${browserName}: a server in another network is named as a place`, async () => {
  const { placed, places, stall, text } = await story(4211223345);
  assert.deepEqual([...new Set(placed.map(({ asn, name, own, table }) => `${asn} ${name} ${own} ${table}`))], ['4211223344 ExampleCDN false 20260617']);
  assert.ok(stall.zones.includes('interconnect'), `${stall.zones}`);
  assert.equal(places, 'In between: from the network of Example ISP to the network of ExampleCDN.');
  assert.match(text, /table of 2026-06-17/);
});

test(`${browserName}: from a server in the viewer's own network nothing is in between`, async () => {
  // What a player says of itself in headers is told between a request and its answer.
  const { evidence, placed, places, stall } = await story(4211223344, { player: 'dash', cmcd: 'headers' });
  assert.deepEqual([...new Set(placed.map(({ asn, name, own }) => `${asn} ${name} ${own}`))], ['null null true']);
  assert.ok(!stall.zones.includes('interconnect') && stall.cleared.includes('interconnect'), `${stall.zones}`);
  assert.equal(places, 'The video server is inside the network of Example ISP: no other network is in between.');
  // Whose network it is, is on the screen and nowhere else.
  const told = JSON.stringify(evidence);
  for (const own of ['4211223344', 'Example', '"network":{']) assert.ok(!told.includes(own), own);
});
