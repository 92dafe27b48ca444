// @ts-check
// The background: brings together what frames, browser and viewer say, and the core. Keeps nothing of its own that a
// stop would lose.

import { countBeside } from './beside.js';
import { core, words } from './core.js';
import { Frame } from './frame.js';
import * as history from './history.js';
import { watchTab } from './network.js';
import { UNNAMED, currentNetwork, onNetworks } from './networks.js';
import { isRow } from './records.js';
import { isAllowed } from './servers.js';
import { onSignals } from './signals.js';
import { lineSetting, onLine } from './lines.js';
import { lineFact } from './plan.js';
import { forgetClosedTabs } from './store.js';
import { Timings } from './timings.js';

const api = globalThis.browser ?? globalThis.chrome;

/** Where no extension may look although the address is an ordinary one. */
const CLOSED_SITES = new Set(['addons.mozilla.org', 'chromewebstore.google.com']);

/** The popup tells of so many days, and lists so many stalls. */
const KEPT_DAYS = 30;
const KEPT_STALLS = 5;

/** The network that the viewer is in, to be written beside what is watched. */
let here = UNNAMED;
/** What is known of its line, as the core is told. @type {any} */
let line = null;
async function learnNetwork() {
  here = await currentNetwork();
  const { runs } = await lineSetting();
  line = lineFact(here.plan, runs.filter(({ network }) => network === here.id));
}
const learnt = learnNetwork();
for (const listen of [onNetworks, onLine]) {
  listen(async () => {
    await learnNetwork();
    for (const frame of frames) {
      frame.setLine(line);
      frame.nameProvider(here.provider);
    }
  });
}

/** @type {Set<Frame>} */
const frames = new Set();
/** Popups → their tab, and what is kept of its site, as the core reads it. @type {Map<any, { tab: number, kept?: string }>} */
const popups = new Map();
/** Tabs whose requests are watched → stops it. @type {Map<number, () => void>} */
const watched = new Map();
/** Shows timings, if the viewer wants it. */
const timings = new Timings(tellTab);
/** Other tabs are to be counted; stops that, where it is done. */
let countsOthers = false;
/** @type {(() => void) | undefined} */
let stopCounting;
onSignals(({ otherTabs, timings: shown }, changed) => {
  countsOthers = otherTabs;
  countOthers();
  timings.allow(shown, changed);
});

api.runtime.onConnect.addListener((/** @type {any} */ port) => {
  if (port.name === 'frame' && port.sender?.tab) openFrame(port);
  else if (port.name === 'popup' && port.sender?.url?.startsWith(api.runtime.getURL(''))) openPopup(port);
});

// The share page asks for a stall that was not kept, one of a private window, and for what its video shows.
api.runtime.onMessage.addListener((/** @type {any} */ message, /** @type {any} */ sender, /** @type {any} */ respond) => {
  if (!sender.url?.startsWith(api.runtime.getURL(''))) return;
  if (message.type === 'playing') {
    isPlaying().then(respond);
    return true;
  }
  if (message.type === 'picture') {
    pictureOf(message.id).then(respond, () => respond());
    return true;
  }
  if (message.type === 'stall') respond([...frames].find(({ stall }) => stall?.id === message.id)?.stall?.bundle);
});

api.runtime.onInstalled.addListener((/** @type {any} */ { reason }) => {
  if (reason === 'install') api.tabs.create({ url: api.runtime.getURL('welcome.html') });
});

forgetClosedTabs().catch(() => {});
api.runtime.onStartup.addListener(() => remember(async () => {}));

// Which servers a check may measure; none unless the viewer said so. How long the history is kept.
api.storage.local.onChanged.addListener((/** @type {any} */ { check, keepDays }) => {
  if (keepDays) remember(() => history.forgetOld());
  if (check) for (const frame of frames) frame.act(isAllowed(check.newValue) ? 'allow-checks' : 'forbid-checks');
});

/** @param {any} port */
function openFrame(port) {
  const { incognito, id: tab } = port.sender.tab;
  const site = siteOf(port.sender.tab.url ?? port.sender.url);
  const place = () => ({ site, network: here.id });
  // What happens in a private window leaves no trace.
  const write = (/** @type {() => Promise<any>} */ how) => (incognito ? Promise.resolve() : remember(how));
  const frame = new Frame(port, {
    privately: incognito,
    muted: async () => (await mutedSites()).includes(site),
    network: () => learnt.then(() => ({ provider: here.provider, line })),
    changed: () => show(tab),
    keep: (session, record) => write(() => history.keep(session, place(), record)).then(() => showKept(tab)),
    count: (session, account, over) => write(() => history.count(session, place(), account, { over })),
  });
  frames.add(frame);
  if (!watched.has(tab)) watched.set(tab, watchTab(tab, (fact, details) => networkFact(tab, fact, details)));
  countOthers();
  port.onMessage.addListener((/** @type {any} */ message) => {
    if (message.type === 'hello') frame.hello(message.session);
    else if (message.type === 'facts') frame.facts(message.facts, message.from);
    else if (message.type === 'action') act(tab, frame, message.action);
  });
  port.onDisconnect.addListener(() => {
    frame.close();
    frames.delete(frame);
    if (framesOf(tab).length === 0) {
      watched.get(tab)?.();
      watched.delete(tab);
      timings.forget(tab);
    }
    countOthers();
    show(tab);
  });
}

/** What the video of a stall shows now, if its page is still there. @param {string} id */
async function pictureOf(id) {
  const frame = [...frames].find(({ stall }) => stall?.id === id);
  return frame && api.tabs.sendMessage(frame.tab, { type: 'picture' }, { frameId: frame.frame });
}

/** Something plays, in any tab: a line test would take its data, and be measured short. */
async function isPlaying() {
  const audible = await api.tabs.query({ audible: true }).catch(() => []);
  return audible.length > 0 || [...frames].some(({ session }) => session?.playing);
}

/** Writes to the history. What is wrong with it is no reason not to watch on. @param {() => Promise<any>} how */
async function remember(how) {
  try {
    await learnt;
    await history.begin();
    await how();
  } catch (error) {
    console.warn('Whystall:', error);
  }
}

/** @param {number} tab @param {any} fact @param {import('./network.js').Origin} details */
function networkFact(tab, fact, details) {
  const asking = framesAsking(tab, details);
  for (const frame of asking) frame.network(fact);
  if (fact.k === 'response' && asking.length > 0) timings.note(tab, details);
}

/** All frames of a tab are told. @param {number} tab @param {any} fact */
function tellTab(tab, fact) {
  for (const frame of framesOf(tab)) frame.network(fact);
}

/** Begins or ends to count what other tabs get: only while there is a player anywhere. */
function countOthers() {
  const wanted = countsOthers && frames.size > 0;
  if (wanted) stopCounting ??= countBeside(playingTabs, tellTab);
  else stopCounting = stopCounting?.();
}

function playingTabs() {
  return new Set([...frames].filter(({ session }) => session?.playing).map(({ tab }) => tab));
}

/** Whose request it is. @param {number} tab @param {import('./network.js').Origin} details */
function framesAsking(tab, { frameId, documentId, initiator }) {
  // Right after a navigation the requests of two pages have the same frame.
  const of = (/** @type {Frame} */ { document }) => !document || !documentId || document === documentId;
  const own = framesOf(tab).filter((frame) => frame.frame === frameId && of(frame));
  if (own.length > 0 || initiator === undefined) return own;
  // In Chromium a frame that never left `about:blank` asks in the name of the document that made it.
  return framesOf(tab).filter(({ url, origin }) => url === 'about:blank' && origin === initiator);
}

/** @param {number} tab @param {Frame} frame @param {string} action */
async function act(tab, frame, action) {
  if (action === 'popup') {
    await api.action.openPopup().catch(() => api.tabs.create({ url: api.runtime.getURL(`popup.html?tab=${tab}`) }));
  } else if (action === 'mute') {
    await mute(tab, true);
  } else {
    frame.act(action);
  }
}

/** @param {number} tab @param {boolean} on */
async function mute(tab, on) {
  const site = siteOf((await api.tabs.get(tab)).url);
  const others = (await mutedSites()).filter((other) => other !== site);
  await api.storage.local.set({ muted: on && site ? [...others, site] : others });
  for (const frame of framesOf(tab)) frame.act(on ? 'mute' : 'unmute');
}

/** @param {any} port */
function openPopup(port) {
  port.onMessage.addListener((/** @type {any} */ message) => {
    if (message.type === 'open') {
      popups.set(port, { tab: message.tab });
      // Frames whose player rests have let this script sleep; they come back if asked.
      api.tabs.sendMessage(message.tab, { type: 'wake' }).catch(() => {}).finally(() => loadKept(port));
    } else if (message.type === 'action') {
      popupAction(port, popups.get(port)?.tab ?? -1, message).catch((error) => console.error('Whystall:', error));
    }
  });
  port.onDisconnect.addListener(() => popups.delete(port));
}

/** @param {any} port @param {number} tab @param {{ action: string }} message */
async function popupAction(port, tab, { action }) {
  if (action === 'mute' || action === 'unmute') {
    await mute(tab, action === 'mute');
    return;
  }
  if (action === 'check' || action === 'stop-check') {
    for (const frame of framesOf(tab)) frame.act(action);
    return;
  }
  if (action === 'stats' || action.startsWith('share:')) {
    const page = action === 'stats' ? 'stats.html' : `share.html?stall=${encodeURIComponent(action.slice('share:'.length))}`;
    await api.tabs.create({ url: api.runtime.getURL(page) });
    return;
  }
  const stall = lastStall(tab);
  if (!stall) return;
  if (action === 'home-alone' || action === 'home-shared') framesOf(tab).find((frame) => frame.stall === stall)?.act(action);
  if (action === 'save-evidence') {
    const name = `whystall-${stall.id.slice(0, 12)}.whystall`;
    port.postMessage({ type: 'evidence', name, bundle: stall.bundle });
  } else if (action === 'share') {
    await api.tabs.create({ url: api.runtime.getURL(`share.html?stall=${stall.id}`) });
  }
}

/** Something in this tab has changed. @param {number} tab */
function show(tab) {
  const stalls = framesOf(tab).reduce((sum, frame) => sum + frame.stalls, 0);
  api.action.setBadgeText({ tabId: tab, text: stalls > 0 ? String(stalls) : '' }).catch(() => {});
  for (const [port, its] of popups) if (its.tab === tab) draw(port).catch(() => {});
}

/** The history of this tab's site has changed. @param {number} tab */
function showKept(tab) {
  for (const [port, its] of popups) if (its.tab === tab) loadKept(port).catch(() => {});
}

/** @param {any} port */
async function loadKept(port) {
  const popup = popups.get(port);
  if (!popup) return;
  popup.kept = await keptOf(popup.tab).catch((error) => {
    console.warn('Whystall:', error);
    return JSON.stringify({ site: '', hours: [], stalls: [], trouble: error instanceof history.HistoryError ? error.kind : 'broken' });
  });
  await draw(port);
}

/** What is kept of a tab's site, as `Kept` in src/view/history.rs. @param {number} tab */
async function keptOf(tab) {
  await history.begin();
  const site = siteOf((await api.tabs.get(tab).catch(() => undefined))?.url);
  const since = Math.floor(Date.now() / 3_600_000) - KEPT_DAYS * 24;
  const [hours, stalls] = site ? await Promise.all([history.hours(site, since), history.stalls({ site, limit: KEPT_STALLS })]) : [[], []];
  const time = new Intl.DateTimeFormat(api.i18n.getUILanguage(), { dateStyle: 'medium', timeStyle: 'short' });
  return JSON.stringify({
    site,
    hours: history.withLocal(hours),
    stalls: stalls.filter(isRow).map(({ id, began, duration, cause, kept }) => ({ id, when: time.format(began), duration, cause, cut: kept === undefined })),
  });
}

/** @param {any} port */
async function draw(port) {
  const { tab, kept } = popups.get(port) ?? { tab: -1, kept: undefined };
  const { Popup } = await core();
  const sessions = () => framesOf(tab).flatMap((frame) => frame.session ?? []);
  const unseen = framesOf(tab).length > 0 ? undefined : await whyUnseen(tab);
  const muted = (await mutedSites()).includes(siteOf((await api.tabs.get(tab).catch(() => undefined))?.url));
  await learnt;
  const popup = new Popup(words, muted);
  popup.nameProvider(here.provider ?? undefined);
  for (const session of sessions()) popup.add(session);
  if (kept !== undefined) popup.keep(kept);
  const view = popup.draw(unseen);
  popup.free();
  if (popups.has(port)) port.postMessage({ type: 'view', view });
}

/** Why a tab has nothing to show. @param {number} tab */
async function whyUnseen(tab) {
  const url = (await api.tabs.get(tab).catch(() => undefined))?.url;
  const allowed = await api.permissions.contains({ origins: ['<all_urls>'] });
  if (url === undefined) return allowed ? 'browser-page' : 'no-permission';
  const { protocol, host } = new URL(url);
  if (!/^(https?|file):$/.test(protocol) || CLOSED_SITES.has(host)) return 'browser-page';
  return (await api.permissions.contains({ origins: [`${protocol}//${host}/*`] }).catch(() => allowed))
    ? 'no-media-source'
    : 'no-permission';
}

/** @param {number} tab */
function framesOf(tab) {
  return [...frames].filter((frame) => frame.tab === tab);
}

/** The stall of this tab that began last. @param {number} tab */
function lastStall(tab) {
  const stalls = framesOf(tab).flatMap((frame) => frame.stall ?? []);
  return stalls.sort((a, b) => beganOf(b) - beganOf(a))[0];
}

/** When the stall began, in µs since the epoch. @param {import('./store.js').StallRecord} stall */
function beganOf({ report }) {
  return JSON.parse(report).stalls.at(-1)?.began.wall ?? 0;
}

/** @returns {Promise<string[]>} */
async function mutedSites() {
  return (await api.storage.local.get('muted')).muted ?? [];
}

/** Its host, of what has one that means something. @param {string | undefined} url */
function siteOf(url) {
  const { protocol, host } = new URL(url || 'about:blank');
  return /^https?:$/.test(protocol) ? host : '';
}
