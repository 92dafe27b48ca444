// @ts-check
// The popup: draws what the background says of the tab, and saves what it is asked to save.

import { showNetwork } from './popup-network.js';
import { render } from './render.js';
import { saveFile } from './save.js';

const api = globalThis.browser ?? globalThis.chrome;

document.documentElement.lang = api.i18n.getUILanguage();
const view = /** @type {HTMLElement} */ (document.getElementById('view'));
showNetwork();

const port = api.runtime.connect({ name: 'popup' });
port.onMessage.addListener((/** @type {any} */ message) => {
  if (message.type === 'view') {
    render(view, message.view, act);
    performance.mark('shown');
  } else if (message.type === 'evidence') saveFile(new Blob([message.bundle], { type: 'application/json' }), message.name);
});
tabShown().then((tab) => port.postMessage({ type: 'open', tab }));

/** The tab of the address's `tab`, else the one that the popup hangs on. */
async function tabShown() {
  const asked = new URLSearchParams(location.search).get('tab');
  if (asked !== null) return Number(asked);
  const [tab] = await api.tabs.query({ active: true, currentWindow: true });
  return tab?.id ?? -1;
}

/** @param {string} action */
function act(action) {
  port.postMessage({ type: 'action', action });
}
