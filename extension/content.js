// @ts-check
// The isolated world: takes the probe's facts and its own view of the media elements into one numbered log, sends
// that to the background, and shows the overlay that comes back. Does nothing on a page without a `MediaSource`.

import { watchConditions } from './conditions.js';
import { HANDSHAKE } from './handshake.js';
import { Link } from './link.js';
import { Media, playsFromWorker } from './media.js';
import { Overlay } from './overlay.js';
import { pictureOf } from './picture.js';

const api = globalThis.browser ?? globalThis.chrome;

/** How long after a key or pointer what happens counts as the viewer's doing, in ms. */
const GESTURE = 1000;
/** While a pointer is held down too, but for no longer than this, in ms: its release may have gone elsewhere. */
const DRAG = 10_000;
/** How often the page's clock is compared with the machine's while facts come, in ms. */
const CLOCK_EVERY = 10_000;
/** Who asks for what a player could have asked for. */
const INITIATORS = new Set(['xmlhttprequest', 'fetch', 'other']);
/** Longest URL in a fact, as in the probe. */
const URL_LIMIT = 4096;

document.addEventListener(HANDSHAKE, takePort, { once: true, capture: true });

/** @param {Event} event */
function takePort(event) {
  event.stopImmediatePropagation();
  const port = /** @type {MessageEvent} */ (event).ports?.[0];
  if (!port) return;
  /** @type {ReturnType<typeof start> | undefined} */
  let watch;
  port.onmessage = ({ data }) => {
    watch ??= start(port);
    // Firefox hands over objects of the page's world, which would be sent on as empty ones.
    watch.take(structuredClone(data));
  };
  // A source that a worker fills never passes the probe.
  document.addEventListener('loadstart', ({ target }) => {
    if (!playsFromWorker(target)) return;
    watch ??= start(port);
    watch.media.consider(target);
  }, true);
}

/** @param {MessagePort} port to the probe */
function start(port) {
  const { timeOrigin } = performance;
  const now = () => timeOrigin + performance.now();
  const stop = new AbortController();
  let touchedAt = -Infinity;
  let pressedAt = -Infinity;
  let clockAt = -Infinity;

  const link = new Link({
    now,
    urge: () => port.postMessage({ flush: true }),
    show: (view) => overlay.show(view, media.anchor()),
    closed: () => {
      stop.abort();
      port.onmessage = null;
      observer.disconnect();
      media.stop();
      overlay.show(null);
    },
  });
  const media = new Media({
    now,
    check: () => checkConditions(),
    gesture: () => now() - touchedAt < GESTURE || now() - pressedAt < DRAG,
    push: (fact, urgent) => {
      // Comparing the clocks rides along with what is sent anyway, so that a paused player wakes nobody.
      if (fact.t - clockAt >= CLOCK_EVERY) {
        clockAt = fact.t;
        link.push({ k: 'clock', t: now(), wall: Date.now() });
      }
      link.push(fact, urgent);
    },
  });
  let checkConditions = () => {};
  const overlay = new Overlay((action) => link.act(action));

  for (const type of ['pointerdown', 'pointerup', 'pointercancel', 'keydown']) {
    const touched = (/** @type {Event} */ event) => {
      if (!event.isTrusted || overlay.owns(event)) return;
      touchedAt = now();
      if (type !== 'keydown') pressedAt = type === 'pointerdown' ? touchedAt : -Infinity;
    };
    window.addEventListener(type, touched, { capture: true, passive: true, signal: stop.signal });
  }
  // After being put away in the back/forward cache, whoever listened is gone.
  window.addEventListener('pageshow', (event) => event.persisted && link.connect(), { signal: stop.signal });
  api.runtime.onMessage.addListener((/** @type {any} */ message, /** @type {any} */ _sender, /** @type {any} */ respond) => {
    if (message?.type === 'wake') link.connect();
    if (message?.type === 'picture') respond(pictureOf(media.anchor()));
  });

  checkConditions = watchConditions({
    now,
    note: (fact) => link.log.push(fact),
    playing: () => media.playing(),
    signal: stop.signal,
  });

  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const timing = /** @type {PerformanceResourceTiming} */ (entry);
      if (INITIATORS.has(timing.initiatorType)) link.push(timingFact(timing, timeOrigin));
    }
  });
  observer.observe({ type: 'resource', buffered: true });
  link.push({ k: 'clock', t: now(), wall: Date.now() });

  link.connect();

  const take = (/** @type {any} */ facts) => {
    if (!Array.isArray(facts)) return;
    for (const fact of facts) {
      link.push(fact);
      if (fact.k === 'source') media.source(fact.url);
    }
    media.search();
  };
  return { take, media };
}

/** @param {PerformanceResourceTiming} entry @param {number} origin */
function timingFact(entry, origin) {
  return {
    k: 'timing',
    t: origin + entry.responseEnd,
    url: entry.name.slice(0, URL_LIMIT),
    origin,
    startTime: entry.startTime,
    domainLookupStart: entry.domainLookupStart,
    domainLookupEnd: entry.domainLookupEnd,
    connectStart: entry.connectStart,
    connectEnd: entry.connectEnd,
    secureConnectionStart: entry.secureConnectionStart,
    requestStart: entry.requestStart,
    responseStart: entry.responseStart,
    responseEnd: entry.responseEnd,
    encodedBodySize: entry.encodedBodySize,
  };
}
