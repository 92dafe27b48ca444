// @ts-check
// The first-run page. Firefox may leave the permission to see pages to the viewer; it is asked for here, by a button.

import { showConsent } from './consent.js';

const api = globalThis.browser ?? globalThis.chrome;
const EVERYWHERE = { origins: ['<all_urls>'] };

document.documentElement.lang = api.i18n.getUILanguage();
for (const element of document.querySelectorAll('[data-message]')) {
  element.textContent = api.i18n.getMessage(/** @type {HTMLElement} */ (element).dataset.message);
}

const ask = /** @type {HTMLElement} */ (document.getElementById('ask'));
const allowed = /** @type {HTMLElement} */ (document.getElementById('allowed'));

showConsent();

async function update() {
  const granted = await api.permissions.contains(EVERYWHERE);
  ask.hidden = granted;
  allowed.hidden = !granted;
}

ask.querySelector('button')?.addEventListener('click', () => api.permissions.request(EVERYWHERE).then(update));
api.permissions.onAdded.addListener(update);
api.permissions.onRemoved.addListener(update);
update();
