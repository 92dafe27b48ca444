// @ts-check
// The viewer's networks: what is known of the home's, the office's, the phone's, and which of them this is. Nobody is asked
// here; what is known was typed by the viewer, found on a press of a button, or is the router's address that a check met.

const api = globalThis.browser ?? globalThis.chrome;

/**
 * @typedef {{ down: number }} Plan what the viewer pays for, Mbit/s
 * @typedef {{
 *   id: string, name: string, provider: string | null, asn: number | null, plan: Plan | null, gateways: string[], used: number,
 * }} Network `gateways`: routers that answered in it; `used`: when it was last taken for the current one, ms since the epoch
 * @typedef {{ known: Network[], current: string, gateway: string | null }} Networks `gateway`: the router that answered last
 */

/** Before anything is known. @type {Readonly<Network>} */
export const UNNAMED = Object.freeze({ id: '', name: '', provider: null, asn: null, plan: null, gateways: [], used: 0 });

const KEY = 'networks';
const NETWORK_LIMIT = 50;
const GATEWAY_LIMIT = 8;
/** Characters. */
const NAME_LIMIT = 60;
/** Faster lines are not sold to homes, slower ones carry no video. @param {number} down Mbit/s */
export const isPlan = (down) => down >= 0.05 && down <= 100_000;

/** The network that the viewer is in, as far as it is known. */
export async function currentNetwork() {
  const { known, current } = await load();
  return known.find(({ id }) => id === current) ?? { ...UNNAMED };
}

/** All that are known, the last used first. */
export async function allNetworks() {
  return (await load()).known.sort((a, b) => b.used - a.used);
}

/** What the viewer calls the network of this id; '' where it has no name but its router's address. @param {string} id */
export async function givenName(id) {
  const { name = '', gateways = [] } = (await load()).known.find((network) => network.id === id) ?? {};
  return gateways.some((gateway) => new URL(gateway).hostname === name) ? '' : name;
}

/** Calls back whenever anything of the above has changed. @param {() => void} changed */
export function onNetworks(changed) {
  api.storage.local.onChanged.addListener((/** @type {any} */ changes) => KEY in changes && changed());
}

/** The viewer says which network this is; '' is none of those known. @param {string} id */
export function useNetwork(id) {
  return change((networks) => {
    const chosen = networks.known.find((network) => network.id === id);
    if (chosen) take(networks, chosen);
    else networks.current = '';
  });
}

/** A new one, which this network is from now on. @param {Partial<Network>} what */
export function addNetwork(what) {
  return change((networks) => take(networks, create(networks, what)));
}

/** Names that came with a history that was read in, of networks that are not known here. @param {{ id: string, name: string }[]} named */
export function learnNetworks(named) {
  return change((networks) => {
    const fresh = named.filter(({ id }) => id && !networks.known.some((network) => network.id === id));
    networks.known.push(...fresh.slice(0, Math.max(0, NETWORK_LIMIT - networks.known.length)).map(tidy));
  });
}

/** @param {string} id @param {Partial<Pick<Network, 'name' | 'provider' | 'asn' | 'plan' | 'gateways'>>} what */
export function changeNetwork(id, what) {
  return change(({ known }) => {
    const network = known.find((network) => network.id === id);
    if (network) Object.assign(network, tidy({ ...network, ...what, id }));
  });
}

/**
 * Two were one: what is only known of the first is from now on known of the second. Without a second the first is forgotten.
 * Its history is for the caller to move.
 * @param {string} from @param {string} [into]
 */
export function mergeNetworks(from, into = '') {
  return change((networks) => {
    const gone = networks.known.find(({ id }) => id === from);
    const kept = networks.known.find(({ id }) => id === into);
    if (!gone || gone === kept) return;
    networks.known = networks.known.filter((network) => network !== gone);
    if (networks.current === from) networks.current = kept?.id ?? '';
    if (!kept) return;
    kept.provider ??= gone.provider;
    kept.asn ??= gone.asn;
    kept.plan ??= gone.plan;
    kept.gateways = [...new Set([...kept.gateways, ...gone.gateways])].slice(0, GATEWAY_LIMIT);
    kept.used = Math.max(kept.used, gone.used);
  });
}

/**
 * A router answered at this address, which says which network this is. Many homes have the same address: what the viewer
 * chose stays as long as it fits, then what was used last.
 * @param {string} gateway
 */
export function metGateway(gateway) {
  return change((networks) => {
    networks.gateway = gateway;
    const current = networks.known.find(({ id }) => id === networks.current);
    const has = (/** @type {Network} */ network) => network.gateways.includes(gateway);
    if (current && has(current)) return;
    const [before] = networks.known.filter(has).sort((a, b) => b.used - a.used);
    // One that the viewer named before any router answered.
    const unmet = current?.gateways.length === 0 ? current : undefined;
    take(networks, before ?? unmet ?? create(networks, { name: new URL(gateway).hostname }));
  });
}

/** @param {Networks} networks @param {Network} network */
function take(networks, network) {
  networks.current = network.id;
  network.used = Date.now();
  const { gateway } = networks;
  if (gateway && !network.gateways.includes(gateway)) network.gateways = [gateway, ...network.gateways].slice(0, GATEWAY_LIMIT);
}

/** @param {Networks} networks @param {Partial<Network>} what */
function create(networks, what) {
  const made = tidy({ ...what, id: crypto.randomUUID(), used: Date.now() });
  networks.known.push(made);
  if (networks.known.length > NETWORK_LIMIT) {
    const oldest = networks.known.reduce((a, b) => (a.used <= b.used ? a : b));
    networks.known = networks.known.filter((network) => network !== oldest);
  }
  return made;
}

/** Changes what is stored, one after the other: popup, settings and background do. @param {(networks: Networks) => void} how */
function change(how) {
  return navigator.locks.request(KEY, async () => {
    const networks = await load();
    const before = JSON.stringify(networks);
    how(networks);
    if (JSON.stringify(networks) !== before) await api.storage.local.set({ [KEY]: networks });
  });
}

/** @returns {Promise<Networks>} */
async function load() {
  const stored = (await api.storage.local.get(KEY))[KEY] ?? {};
  const known = (Array.isArray(stored.known) ? stored.known : []).filter((/** @type {any} */ network) => network?.id).map(tidy);
  return { known, current: String(stored.current ?? ''), gateway: text(stored.gateway) };
}

/** What can be one, and no more of it. @param {any} network @returns {Network} */
function tidy({ id, name, provider, asn, plan, gateways, used }) {
  const down = Number(plan?.down);
  return {
    id: String(id),
    name: text(name) ?? '',
    provider: text(provider),
    asn: Number.isInteger(asn) && asn > 0 && asn < 2 ** 32 ? asn : null,
    plan: isPlan(down) ? { down } : null,
    gateways: Array.isArray(gateways) ? gateways.filter((address) => URL.canParse(address)).slice(0, GATEWAY_LIMIT) : [],
    used: Number(used) || 0,
  };
}

/** @param {unknown} value */
function text(value) {
  return typeof value === 'string' ? value.trim().slice(0, NAME_LIMIT) || null : null;
}
