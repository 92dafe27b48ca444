// @ts-check
// Whether checks may be made of themselves: what is sent, to whom and how much, and two answers of the same weight. On the
// first-run page and in the settings.

import { allowChecks, checkSetting, isAllowed, referenceHosts } from './servers.js';

const api = globalThis.browser ?? globalThis.chrome;
const at = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

export function showConsent() {
  at('consent-yes').addEventListener('click', () => allowChecks(true));
  at('consent-no').addEventListener('click', () => allowChecks(false));
  api.storage.local.onChanged.addListener((/** @type {any} */ { check }) => check && draw());
  draw();
}

async function draw() {
  const setting = await checkSetting();
  const hosts = referenceHosts(setting);
  at('consent-what').textContent = api.i18n.getMessage('consent_what', [hosts[0], hosts[1] ?? hosts[0]]);
  const allowed = isAllowed(setting);
  // A list of one's own is no answer yet.
  const decided = setting !== undefined;
  at('consent-yes').setAttribute('aria-pressed', String(allowed));
  at('consent-no').setAttribute('aria-pressed', String(decided && !allowed));
  at('consent-said').textContent = decided ? api.i18n.getMessage(allowed ? 'consent_given' : 'consent_declined') : '';
}
