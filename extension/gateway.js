// @ts-check
// The home's router, which no browser names: whoever answers first at the addresses that routers usually have. What it says
// is not read, so that something else at such an address does no harm.

import { allNetworks, metGateway } from './networks.js';
import { GATEWAYS } from './servers.js';

/** A router answers sooner, in ms. */
const DEADLINE = 1000;
/** After nobody was found it is not looked for again for so long, in ms. */
const PAUSE = 60_000;

/** @type {string | undefined} */
let known;
let lookedAt = -Infinity;

/**
 * The router to ask, and whom to tell whether it was there.
 * @param {import('./servers.js').Setting | undefined} setting
 * @param {(url: string, patience: number, over: AbortSignal) => Promise<boolean>} ask whether somebody is there
 * @param {{ signal?: AbortSignal, remember: boolean }} how
 */
export async function gatewayHere(setting, ask, { signal, remember }) {
  const listed = setting?.gateways?.filter((url) => URL.canParse(url)).slice(0, GATEWAYS.length);
  if (listed && !listed.includes(known ?? '')) known = undefined;
  if (!known && listed?.length === 1) [known] = listed;
  if (!known && Date.now() - lookedAt >= PAUSE) {
    lookedAt = Date.now();
    const usual = async () => [...(await allNetworks()).flatMap(({ gateways }) => gateways), ...GATEWAYS];
    known = await first([...new Set(listed ?? (await usual()))], ask, signal);
  }
  const address = known;
  if (!address) return undefined;
  let met = false;
  return {
    address,
    /** @param {boolean} there */
    heard(there) {
      if (there && remember && !met) metGateway(address).catch((error) => console.warn('Whystall:', error));
      met ||= there;
      // Elsewhere by now, perhaps.
      if (!there && !met && known === address) [known, lookedAt] = [undefined, -Infinity];
    },
  };
}

/**
 * Who answers first.
 * @param {string[]} addresses @param {Parameters<typeof gatewayHere>[1]} ask @param {AbortSignal} [signal]
 */
async function first(addresses, ask, signal) {
  const found = new AbortController();
  const over = signal ? AbortSignal.any([found.signal, signal]) : found.signal;
  const here = async (/** @type {string} */ address) => {
    if (await ask(address, DEADLINE, over)) return address;
    throw new Error('nobody there');
  };
  const answer = await Promise.any(addresses.map(here)).catch(() => undefined);
  found.abort();
  return answer;
}
