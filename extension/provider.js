// @ts-check
// Whose network the viewer is in, found out on a press of a button: a service that tells its caller's address, and the table
// that comes with the extension. The address goes no further than this script.

import { table } from './places.js';
import { ADDRESS_SERVICE } from './servers.js';

/** How long the service may take, in ms. */
const PATIENCE = 5000;
/** The longest that an address can be. */
const LONGEST = 45;

/** The viewer's public address, as the service has it. @returns {Promise<string | null>} */
export async function addressHere(service = ADDRESS_SERVICE.url) {
  try {
    const how = /** @type {const} */ ({ cache: 'no-store', credentials: 'omit', redirect: 'error', referrerPolicy: 'no-referrer' });
    const response = await fetch(service, { ...how, signal: AbortSignal.timeout(PATIENCE) });
    const told = response.ok && Number(response.headers.get('content-length') ?? 0) <= LONGEST ? (await response.text()).trim() : '';
    return told.length <= LONGEST && isAddress(told) ? told : null;
  } catch {
    return null;
  }
}

/** @param {string} text */
const isAddress = (text) => /^(\d{1,3}\.){3}\d{1,3}$/.test(text) || (text.includes(':') && /^[\da-f:.]+$/i.test(text));

/** The provider that an address belongs to; `null` where that is not known. @param {string} address @returns {Promise<{ asn: number, name: string } | null>} */
export async function providerOf(address) {
  try {
    const { asn, name } = (await table()).find('', address) ?? {};
    return asn ? { asn, name } : null;
  } catch {
    return null;
  }
}
