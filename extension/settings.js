// @ts-check
// The settings: the viewer's networks, whether and whom a check may ask, and the way to what is kept.

import { showConsent } from './consent.js';
import { moveNetwork } from './history.js';
import { moveRuns } from './lines.js';
import { addNetwork, allNetworks, changeNetwork, currentNetwork, isPlan, mergeNetworks, onNetworks, useNetwork } from './networks.js';
import { addressHere, providerOf } from './provider.js';
import { element, fillIn, say } from './say.js';
import { allowSignal, onSignals } from './signals.js';
import { ADDRESS_SERVICE, REFERENCES, checkSetting, gatewayOf, referenceOf, useReferences } from './servers.js';

const at = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id));

fillIn();
showConsent();
at('find-what').append(say('settings_find_what', new URL(ADDRESS_SERVICE.url).host), ' ', link(ADDRESS_SERVICE.terms, say('settings_terms')));
at('listed').append(...REFERENCES.map(({ name, url, network, terms }) => element('li', {}, `${name} (${new URL(url).host}, ${network}): `, link(terms, say('settings_terms')))));
at('add').addEventListener('click', async () => {
  await addNetwork({ name: say('settings_new') });
  await drawNetworks();
  at('networks').querySelector('.current input').select();
});
at('find').addEventListener('click', find);
at('references').addEventListener('submit', (/** @type {Event} */ event) => {
  event.preventDefault();
  saveReferences();
});
at('listed-again').addEventListener('click', async () => {
  await useReferences(undefined);
  await drawReferences();
});
for (const [id, which] of /** @type {const} */ ([['signal-tabs', 'otherTabs'], ['signal-timings', 'timings']])) {
  at(id).addEventListener('change', () => allowSignal(which, at(id).checked));
}
onSignals(({ otherTabs, timings }) => {
  at('signal-tabs').checked = otherTabs;
  at('signal-timings').checked = timings;
});
onNetworks(drawNetworks);
Promise.all([drawNetworks(), drawReferences()]).then(() => performance.mark('shown'));

/** @param {string} href @param {string} text */
function link(href, text) {
  return element('a', { href, target: '_blank', rel: 'noreferrer' }, text);
}

async function drawNetworks() {
  const [all, here] = [await allNetworks(), await currentNetwork()];
  at('networks-none').hidden = all.length > 0;
  at('find').disabled = here.id === '';
  // What is being typed stays as it is.
  const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.closest('.network')?.id;
  const known = new Map([...at('networks').children].map((/** @type {any} */ card) => [card.id, card]));
  at('networks').replaceChildren(...all.map((network) => {
    const before = known.get(network.id);
    if (!before || network.id !== focused) return card(network, network.id === here.id, all);
    before.classList.toggle('current', network.id === here.id);
    return before;
  }));
}

/** One network. @param {import('./networks.js').Network} network @param {boolean} current @param {import('./networks.js').Network[]} all */
function card(network, current, all) {
  const { id, name, provider, asn, plan, gateways } = network;
  const problem = element('p', { class: 'problem', role: 'status' });
  /** @param {string} key @param {Record<string, any>} attributes @param {(text: string) => any} read what it says, `undefined` if it can't be */
  const field = (key, attributes, read) => {
    const input = /** @type {HTMLInputElement} */ (element('input', { autocomplete: 'off', maxlength: 60, ...attributes }));
    input.addEventListener('change', async () => {
      const what = read(input.value.trim());
      input.setAttribute('aria-invalid', String(what === undefined));
      problem.textContent = what === undefined ? say(`${key}_problem`) : '';
      if (what !== undefined) await changeNetwork(id, what);
    });
    return element('label', { class: 'field' }, element('span', {}, say(key)), input);
  };
  const others = all.filter((other) => other.id !== id);
  const merge = element('select', { onchange: (/** @type {any} */ { target }) => target.value && join(id, target.value) },
    element('option', { value: '' }, say('settings_merge_none')),
    ...others.map((other) => element('option', { value: other.id }, other.name || say('network_unnamed'))));
  return element('section', { class: current ? 'network current' : 'network', id, 'aria-label': name || say('network_unnamed') },
    element('h3', {}, current ? say('settings_current', name || say('network_unnamed')) : name || say('network_unnamed')),
    field('settings_name', { value: name }, (text) => (text ? { name: text } : undefined)),
    field('settings_provider', { value: provider ?? '' }, (text) => ({ provider: text || null, ...(text !== provider && { asn: null }) })),
    field('settings_plan', { value: plan?.down ?? '', inputmode: 'decimal' }, planOf),
    field('settings_gateway', { value: gateways[0]?.replace(/^http:\/\/|\/$/g, '') ?? '' }, (text) => {
      const gateway = text ? gatewayOf(text) : '';
      return gateway === null ? undefined : { gateways: gateway ? [gateway, ...gateways.filter((other) => other !== gateway)] : [] };
    }),
    problem,
    ...(asn ? [element('p', { class: 'note' }, say('settings_asn', `AS${asn}`))] : []),
    element('p', { class: 'buttons' },
      ...(current ? [] : [element('button', { type: 'button', onclick: () => useNetwork(id) }, say('settings_use'))]),
      ...(others.length > 0 ? [element('label', {}, `${say('settings_merge')} `, merge)] : []),
      element('button', { type: 'button', class: 'danger', onclick: () => forget(network) }, say('settings_remove'))));
}

/** @param {string} text */
function planOf(text) {
  if (!text) return { plan: null };
  const down = Number(text.replace(',', '.'));
  return isPlan(down) ? { plan: { down } } : undefined;
}

/** @param {string} from @param {string} into */
async function join(from, into) {
  await moveNetwork(from, into);
  await moveRuns(from, into);
  await mergeNetworks(from, into);
}

/** What was watched there stays, without a name. @param {import('./networks.js').Network} network */
async function forget({ id, name }) {
  const dialog = /** @type {HTMLDialogElement} */ (at('sure'));
  at('sure-question').textContent = say('settings_remove_sure', name || say('network_unnamed'));
  dialog.returnValue = 'no';
  dialog.showModal();
  await new Promise((closed) => dialog.addEventListener('close', closed, { once: true }));
  if (dialog.returnValue === 'yes') await join(id, '');
}

/** Asks the service that the button names, this once. */
async function find() {
  at('found').textContent = say('settings_finding');
  const address = await addressHere();
  if (!address) {
    at('found').textContent = say('settings_found_none');
    return;
  }
  const provider = await providerOf(address);
  if (provider) await changeNetwork((await currentNetwork()).id, { provider: provider.name, asn: provider.asn });
  await drawNetworks();
  at('found').textContent = provider ? say('settings_found', address, provider.name) : say('settings_found_address', address);
}

async function drawReferences() {
  const own = (await checkSetting())?.references ?? [];
  at('reference-a').value = own[0] ?? '';
  at('reference-b').value = own[1] ?? '';
  at('listed-again').hidden = own.length === 0;
  problem('');
}

/** @param {string} text @param {any[]} inputs those at fault */
function problem(text, inputs = []) {
  at('reference-problem').textContent = text;
  for (const input of [at('reference-a'), at('reference-b')]) input.setAttribute('aria-invalid', String(inputs.includes(input)));
}

async function saveReferences() {
  const inputs = [at('reference-a'), at('reference-b')];
  const own = inputs.map(({ value }) => referenceOf(value));
  const wrong = inputs.filter((_, index) => own[index] === null);
  if (wrong.length > 0) {
    problem(say('settings_references_problem'), wrong);
    wrong[0].focus();
    return;
  }
  if (new URL(own[0] ?? '').host === new URL(own[1] ?? '').host) {
    problem(say('settings_references_same'), inputs);
    return;
  }
  await useReferences(/** @type {string[]} */ (own));
  await drawReferences();
}
