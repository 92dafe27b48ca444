// @ts-check
// The popup's foot: which network this is, as the viewer says or a check found out, and the way to the settings.

import { addNetwork, allNetworks, changeNetwork, currentNetwork, onNetworks, useNetwork } from './networks.js';
import { element, fillIn, say } from './say.js';

const api = globalThis.browser ?? globalThis.chrome;
const at = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id));
/** The choice that is no network. */
const ADD = 'add';

/** The network that is being named: one that is known, or a new one. @type {string | undefined} */
let named;

export function showNetwork() {
  fillIn();
  at('network').addEventListener('change', () => choose(at('network').value));
  at('rename').addEventListener('click', async () => ask(await currentNetwork()));
  at('naming').addEventListener('submit', (/** @type {Event} */ event) => {
    event.preventDefault();
    const name = at('name').value.trim();
    if (name) save(name);
  });
  at('naming').addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== 'Escape') return;
    // Else the browser closes the popup.
    event.preventDefault();
    at('naming').hidden = true;
    at('network').focus();
    draw();
  });
  at('settings').addEventListener('click', () => api.runtime.openOptionsPage());
  onNetworks(draw);
  draw();
}

async function draw() {
  const [here, all] = [await currentNetwork(), await allNetworks()];
  const named = all.map(({ id, name }) => element('option', { value: id, selected: id === here.id }, name || say('network_unnamed')));
  const none = element('option', { value: '', selected: here.id === '' }, say('network_none'));
  at('network').replaceChildren(...named, none, element('option', { value: ADD }, say('network_add')));
  at('rename').hidden = here.id === '';
}

/** @param {string} choice */
async function choose(choice) {
  if (choice === ADD) return ask({ id: '', name: '' });
  at('naming').hidden = true;
  await useNetwork(choice);
}

/** @param {{ id: string, name: string }} network */
function ask({ id, name }) {
  named = id;
  at('naming').hidden = false;
  at('name').value = name;
  at('name').focus();
}

/** @param {string} name */
async function save(name) {
  await (named ? changeNetwork(named, { name }) : addNetwork({ name }));
  at('naming').hidden = true;
  at('network').focus();
}
