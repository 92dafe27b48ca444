// @ts-check
// Which servers a check may measure: what the viewer said, else the list that comes with the extension (references.json).

import listed from './references.json' with { type: 'json' };

const api = globalThis.browser ?? globalThis.chrome;

/** Characters of an address. */
const ADDRESS_LIMIT = 500;

/** A service that tells its caller's address, and those that are asked unless the viewer lists others. */
export const { address: ADDRESS_SERVICE, references: REFERENCES } = listed;
/** Where routers usually are. */
export const GATEWAYS = listed.gateways.map((address) => `http://${address}/`);

/**
 * What is in the browser's storage under `check`. That there is anything is a yes unless `automatic` is false.
 * @typedef {{
 *   automatic?: boolean,
 *   gateways?: string[],
 *   references?: string[],
 *   siblings?: Record<string, string>,
 * }} Setting addresses of routers to try and of two references; hosts, and what a server beside each answers by itself
 */

/** @returns {Promise<Setting | undefined>} */
export async function checkSetting() {
  return (await api.storage.local.get('check')).check;
}

/** Whether checks are made of themselves. @param {Setting | undefined} setting */
export const isAllowed = (setting) => setting !== undefined && setting !== null && setting.automatic !== false;

/** The viewer decides. @param {boolean} automatic */
export async function allowChecks(automatic) {
  await api.storage.local.set({ check: { ...(await checkSetting()), automatic } });
}

/** The viewer's own references; without them those listed. @param {string[] | undefined} references */
export async function useReferences(references) {
  const { references: _, ...setting } = (await checkSetting()) ?? { automatic: false };
  await api.storage.local.set({ check: references ? { ...setting, references } : setting });
}

/** Names of those that are asked. @param {Setting | undefined} setting */
export const referenceHosts = (setting) => references(setting).map((url) => new URL(url).host);

/** @param {Setting | undefined} setting */
export function references(setting) {
  const own = Array.isArray(setting?.references) ? setting.references.filter(isAddress).slice(0, 2) : [];
  return own.length > 0 ? own : REFERENCES.map(({ url }) => url);
}

/** @param {any} url */
const isAddress = (url) => typeof url === 'string' && url.length <= ADDRESS_LIMIT && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);

/**
 * The address that a viewer typed, as it is asked: encrypted, so that nothing in between can answer in its place, unless it is
 * on a network of the viewer's own. `null` if it can't be one.
 * @param {string} typed
 */
export function referenceOf(typed) {
  const text = typed.trim();
  if (!isAddress(text)) return null;
  const url = new URL(text);
  if (url.username || url.password) return null;
  if (url.protocol === 'http:' && !isPrivate(url.hostname)) return null;
  url.hash = '';
  return url.href;
}

/** The address of a router that a viewer typed: one on a private network. @param {string} typed */
export function gatewayOf(typed) {
  const text = typed.trim();
  const url = /^https?:\/\//i.test(text) ? text : `http://${text}`;
  if (!isAddress(url)) return null;
  const { protocol, host, hostname } = new URL(url);
  return isPrivate(hostname) ? `${protocol}//${host}/` : null;
}

/** Nothing that the Internet leads to: RFC 1918, 3927, 4193, 4291, 6598 and this machine. @param {string} hostname as in a URL */
export function isPrivate(hostname) {
  const four = /^(\d+)\.(\d+)\.\d+\.\d+$/.exec(hostname);
  if (four) {
    const [a, b] = four.slice(1).map(Number);
    return a === 10 || a === 127 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168) || (a === 169 && b === 254) || (a === 100 && b >= 64 && b < 128);
  }
  if (hostname.startsWith('[')) return /^\[(::1|fe[89ab][0-9a-f]:.*|f[cd][0-9a-f]{2}:.*)\]$/i.test(hostname);
  return hostname === 'localhost' || hostname.endsWith('.localhost') || /\.(local|lan|home\.arpa|internal)$/.test(hostname);
}
