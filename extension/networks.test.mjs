// Which network this is, and what is known of it. Only the browser's storage and locks are made up.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

/** @type {any} */
let stored;
const local = {
  get: async (key) => structuredClone({ [key]: stored[key] }),
  set: async (values) => Object.assign(stored, structuredClone(values)),
};
globalThis.chrome = { storage: { local } };
let last = Promise.resolve();
// Node 20 has no locks.
const request = (_, held) => (last = last.then(held));
Object.defineProperty(globalThis, 'navigator', { value: { locks: { request } }, configurable: true });
const { UNNAMED, addNetwork, allNetworks, changeNetwork, currentNetwork, givenName, mergeNetworks, metGateway, useNetwork } = await import('./networks.js');

const FRITZ = 'http://192.168.178.1/';
const OFFICE = 'http://10.0.0.1/';
const names = async () => (await allNetworks()).map(({ name }) => name).sort();
const here = async () => (await currentNetwork()).name;
const idOf = async (wanted) => (await allNetworks()).find(({ name }) => name === wanted).id;

beforeEach(() => (stored = {}));

test('before anything is known there is one without a name', async () => {
  assert.deepEqual(await currentNetwork(), UNNAMED);
  assert.deepEqual(await allNetworks(), []);
});

test('a name that the router\'s address gave is none that the viewer gave', async () => {
  await metGateway(FRITZ);
  const { id, name } = await currentNetwork();
  assert.deepEqual([name, await givenName(id)], ['192.168.178.1', '']);
  await changeNetwork(id, { name: 'Home' });
  assert.deepEqual([await givenName(id), await givenName(''), await givenName('gone')], ['Home', '', '']);
});

test('the viewer names networks and switches between them', async () => {
  await addNetwork({ name: ' Home ', provider: 'Example ISP', asn: 64496, plan: { down: 100 } });
  const { id, name, provider, asn, plan } = await currentNetwork();
  assert.deepEqual([name, provider, asn, plan], ['Home', 'Example ISP', 64496, { down: 100 }]);
  await addNetwork({ name: 'Phone' });
  assert.equal(await here(), 'Phone');
  await useNetwork(id);
  assert.equal(await here(), 'Home');
  await changeNetwork(id, { name: 'Flat' });
  assert.deepEqual(await names(), ['Flat', 'Phone']);
  await useNetwork('');
  assert.equal((await currentNetwork()).id, '');
});

test('the router that answers tells networks apart', async () => {
  await metGateway(FRITZ);
  assert.equal(await here(), '192.168.178.1');
  await changeNetwork((await currentNetwork()).id, { name: 'Home' });
  await metGateway(OFFICE);
  assert.equal(await here(), '10.0.0.1');
  await metGateway(FRITZ);
  assert.equal(await here(), 'Home');
});

test('a network named before any router answered gets the first that does, and no second', async () => {
  await addNetwork({ name: 'Home' });
  await metGateway(FRITZ);
  assert.deepEqual(await names(), ['Home']);
  await metGateway(OFFICE);
  assert.deepEqual(await names(), ['10.0.0.1', 'Home']);
});

test('where two have the same router, what the viewer chose stays', async () => {
  await metGateway(FRITZ);
  await changeNetwork((await currentNetwork()).id, { name: 'Home' });
  await addNetwork({ name: 'Friend' });
  await metGateway(FRITZ);
  assert.equal(await here(), 'Friend');
  await useNetwork(await idOf('Home'));
  await metGateway(FRITZ);
  assert.equal(await here(), 'Home');
  assert.deepEqual(await names(), ['Friend', 'Home']);
});

test('two that were one have what is known of either', async () => {
  await metGateway(FRITZ);
  await addNetwork({ name: 'Home', provider: 'Example ISP' });
  const [old, home] = [await idOf('192.168.178.1'), await idOf('Home')];
  await changeNetwork(old, { plan: { down: 50 }, provider: 'Other' });
  await useNetwork(old);
  await mergeNetworks(old, home);
  const { name, provider, plan, gateways } = await currentNetwork();
  assert.deepEqual([name, provider, plan, gateways], ['Home', 'Example ISP', { down: 50 }, [FRITZ]]);
  await mergeNetworks(home, home);
  assert.deepEqual(await names(), ['Home']);
  await mergeNetworks(home);
  assert.deepEqual([await names(), (await currentNetwork()).id], [[], '']);
});

test('changes at the same time are all kept', async () => {
  await Promise.all(['a', 'b', 'c', 'd'].map((name) => addNetwork({ name })));
  assert.deepEqual(await names(), ['a', 'b', 'c', 'd']);
});

test('what makes no sense is not kept, and many or long is bounded', async () => {
  await addNetwork({ name: 'x'.repeat(1000), provider: '  ', asn: -1, plan: { down: NaN }, gateways: ['no address'] });
  const { name, provider, asn, plan, gateways } = await currentNetwork();
  assert.deepEqual([name.length, provider, asn, plan, gateways], [60, null, null, null, []]);
  for (let i = 0; i < 60; i += 1) await addNetwork({ name: `n${i}` });
  const all = await allNetworks();
  assert.equal(all.length, 50);
  assert.equal(await here(), 'n59');
  stored = { networks: { known: [null, { name: 'no id' }, { id: 'a', plan: 'fast' }], current: 'gone' } };
  assert.deepEqual(await currentNetwork(), UNNAMED);
  assert.deepEqual(await allNetworks(), [{ ...UNNAMED, id: 'a' }]);
});
