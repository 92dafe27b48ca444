// @ts-check
// The page's own world: copies facts, judges nothing, changes nothing.
//
// At the start it replaces two methods, `URL.createObjectURL` and `MediaSource.prototype.addSourceBuffer`; the rest
// only when the page makes its first `MediaSource`. The page's call always goes to the original, with the same
// arguments, and its value or exception comes back untouched; whatever goes wrong in here stays in here.
// docs/noticeable.md says what a page could notice.

import { HANDSHAKE } from './handshake.js';
import { watchManifests } from './manifests.js';
import { forget, headOf, Walker } from './walker.js';

// Everything is taken before a script of the page can have replaced it.
const { apply, defineProperty, getOwnPropertyDescriptor, ownKeys } = Reflect;
const { Uint8Array, URL, DataView, ArrayBuffer: { isView }, setTimeout, clearTimeout, performance, document } = window;
const { isPrototypeOf } = Object.prototype;
const { get: weakGet, set: weakSet } = WeakMap.prototype;
const { push, shift } = Array.prototype;
const { slice } = String.prototype;
const { now: performanceNow } = Performance.prototype;
const { postMessage } = MessagePort.prototype;
const { addEventListener } = EventTarget.prototype;
const { timeOrigin } = performance;
const typedArray = viewGetters(Object.getPrototypeOf(Uint8Array.prototype));
const dataView = viewGetters(DataView.prototype);
const { byteLength } = typedArray;
const baseURI = getter(Node.prototype, 'baseURI');
const urlHref = getter(URL.prototype, 'href');
const eventType = getter(Event.prototype, 'type');
const eventTime = getter(Event.prototype, 'timeStamp');
const progressLoaded = getter(ProgressEvent.prototype, 'loaded');

/** How long facts may wait here, in ms. Nobody needs them sooner: when playback stops the content script asks. */
const FLUSH_AFTER = 500;
/** Facts and header bytes at which the queue is sent at once, so that it stays small whatever the page does. */
const QUEUE_FACTS = 1000;
const QUEUE_BYTES = 1 << 20;
/** Longest text that a fact carries, in UTF-16 units. Signed media URLs have about 2,000. */
const TEXT_LIMIT = 4096;
/** Most operations of a SourceBuffer waiting for their `updateend`; the standard allows one and an aborted one. */
const OPERATION_LIMIT = 8;

/** @typedef {{ id: number, walker: Walker, aborted: boolean, operations: string[], outcome: string }} Track */
/** @typedef {{ id: number, url: string, outcome: string, sent: boolean }} PageRequest */

// A page without Media Source Extensions has nothing to be watched.
if (typeof MediaSource === 'function' && typeof SourceBuffer === 'function') start();

function start() {
  const channel = new MessageChannel();
  const port = channel.port1;
  /** @type {any[]} */
  let queue = [];
  let queuedBytes = 0;
  let timer = 0;
  let installed = false;
  const timestampOffset = getter(SourceBuffer.prototype, 'timestampOffset');
  const modeOf = getter(SourceBuffer.prototype, 'mode');
  const appendWindowStart = getter(SourceBuffer.prototype, 'appendWindowStart');
  const appendWindowEnd = getter(SourceBuffer.prototype, 'appendWindowEnd');
  // Only where the page came securely.
  const licensed = typeof MediaKeySession === 'function';
  const keyStatuses = licensed ? getter(MediaKeySession.prototype, 'keyStatuses') : undefined;
  const messageType = licensed ? getter(MediaKeyMessageEvent.prototype, 'messageType') : undefined;
  const forEachKey = licensed ? MediaKeyStatusMap.prototype.forEach : undefined;
  let sources = 0;
  let tracks = 0;
  let requests = 0;
  let licences = 0;
  /** MediaSource → its number. */
  const sourceOf = new WeakMap();
  /** SourceBuffer → Track. */
  const trackOf = new WeakMap();
  /** MediaKeySession → its number. */
  const licenceOf = new WeakMap();
  /** XMLHttpRequest → PageRequest. */
  const requestOf = new WeakMap();

  port.onmessage = flush;
  document.dispatchEvent(new MessageEvent(HANDSHAKE, { ports: [channel.port2] }));

  watch(URL, 'createObjectURL', (t, _, args, url) => {
    if (!apply(isPrototypeOf, MediaSource.prototype, [args[0]])) return;
    tell({ k: 'source', t, source: numberOf(args[0]), url: text(url) });
    flush();
  });
  watch(MediaSource.prototype, 'addSourceBuffer', (t, mediaSource, args, buffer) => {
    const mime = text(args[0]);
    const source = numberOf(mediaSource);
    tracks += 1;
    /** @type {Track} */
    const track = { id: tracks, walker: new Walker(mime), aborted: false, operations: [], outcome: 'updateend' };
    apply(weakSet, trackOf, [buffer, track]);
    listen(buffer, ['abort', 'error', 'updateend'], onUpdate);
    tell({ k: 'track', t, source, track: track.id, mime });
  });

  /** The rest, when there is something to watch. */
  function install() {
    if (installed) return;
    installed = true;
    const { prototype } = SourceBuffer;
    watch(prototype, 'appendBuffer', (t, buffer, args) => {
      const track = trackFor(buffer);
      if (!track) return;
      begin(track, 'append');
      const bytes = bytesOf(args[0]);
      const head = track.walker.note(bytes);
      queuedBytes += head.size;
      const offset = apply(timestampOffset, buffer, []);
      /** @type {any} */
      const fact = { k: 'append', t, track: track.id, bytes: apply(byteLength, bytes, []), head, offset };
      // What is as usual is not said.
      if (apply(modeOf, buffer, []) === 'sequence') fact.sequence = true;
      const windowStart = apply(appendWindowStart, buffer, []);
      const windowEnd = apply(appendWindowEnd, buffer, []);
      if (windowStart !== 0) fact.windowStart = windowStart;
      if (windowEnd !== Infinity) fact.windowEnd = windowEnd;
      if (track.aborted) fact.aborted = true;
      track.aborted = false;
      tell(fact);
    }, (t, buffer, error) => {
      const track = trackFor(buffer);
      if (track) tell({ k: 'refused', t, track: track.id, error: text(error.name) });
    });
    watch(prototype, 'remove', (t, buffer, args) => {
      const track = trackFor(buffer);
      if (!track) return;
      begin(track, 'remove');
      tell({ k: 'removed', t, track: track.id, start: +args[0], end: +args[1] });
    });
    watch(prototype, 'abort', (_, buffer) => {
      const track = trackFor(buffer);
      if (!track) return;
      track.walker.reset();
      track.aborted = true;
    });
    watch(prototype, 'changeType', (t, buffer, args) => {
      const track = trackFor(buffer);
      if (!track) return;
      const mime = text(args[0]);
      track.walker = new Walker(mime);
      track.aborted = true;
      tell({ k: 'retyped', t, track: track.id, mime });
    });
    watch(MediaSource.prototype, 'endOfStream', (t, mediaSource) => {
      tell({ k: 'stream-ended', t, source: numberOf(mediaSource) });
    });
    const manifests = watchManifests({
      method: watch,
      getter: watchGetter,
      tell: (fact) => {
        queuedBytes += fact.text.length;
        tell(fact);
      },
    });
    watch(XMLHttpRequest.prototype, 'open', (_, request, args) => {
      manifests.reopened(request);
      // Any other object would be turned into text a second time, which the page could notice.
      const href = args[1] instanceof URL ? apply(urlHref, args[1], []) : args[1];
      // A synchronous request tells of nothing while it is under way, and no player makes one.
      if (typeof href !== 'string' || (args.length > 2 && !args[2])) return;
      requests += 1;
      const url = text(apply(urlHref, new URL(href, apply(baseURI, document, [])), []));
      apply(weakSet, requestOf, [request, { id: requests, url, outcome: 'load', sent: false }]);
    });
    watch(XMLHttpRequest.prototype, 'send', (t, request) => {
      const known = requestFor(request);
      if (!known || known.sent) return;
      known.sent = true;
      // On the request itself: a listener on `.upload` would change what the browser sends.
      listen(request, ['progress', 'abort', 'error', 'timeout', 'loadend'], onProgress);
      tell({ k: 'page-request', t, id: known.id, url: known.url });
    });
    if (!licensed) return;
    watch(MediaKeySession.prototype, 'generateRequest', (_, session) => licenceFor(session));
    watch(MediaKeySession.prototype, 'load', (_, session) => licenceFor(session));
    watch(MediaKeySession.prototype, 'update', (t, session) => {
      tell({ k: 'licence', t, session: licenceFor(session), step: 'given' });
    });
  }

  /** @this {SourceBuffer} @param {Event} event */
  function onUpdate(event) {
    try {
      const track = trackFor(this);
      if (!track || !event.isTrusted) return;
      const type = apply(eventType, event, []);
      if (type !== 'updateend') {
        track.outcome = type;
        return;
      }
      const operation = apply(shift, track.operations, []);
      if (operation === 'append') tell({ k: 'updated', t: now(), track: track.id, outcome: track.outcome });
      track.outcome = 'updateend';
    } catch {
      // The page goes on.
    }
  }

  /** @this {XMLHttpRequest} @param {ProgressEvent} event */
  function onProgress(event) {
    try {
      const known = requestFor(this);
      if (!known || !event.isTrusted) return;
      const type = apply(eventType, event, []);
      const t = now();
      const loaded = apply(progressLoaded, event, []);
      if (type === 'progress') tell({ k: 'page-progress', t, id: known.id, loaded });
      else if (type === 'loadend') tell({ k: 'page-done', t, id: known.id, loaded, outcome: known.outcome });
      else known.outcome = type;
    } catch {
      // The page goes on.
    }
  }

  /** @this {MediaKeySession} @param {Event} event */
  function onLicence(event) {
    try {
      if (!event.isTrusted) return;
      // Not now: the page, whose listener may come first, can have answered already.
      const t = timeOrigin + apply(eventTime, event, []);
      const session = licenceFor(this);
      let step = 'asked';
      if (apply(eventType, event, []) === 'keystatuseschange') {
        step = 'refused';
        const look = (/** @type {string} */ status) => {
          if (status === 'usable') step = 'usable';
        };
        apply(/** @type {any} */ (forEachKey), apply(/** @type {any} */ (keyStatuses), this, []), [look]);
      } else if (apply(/** @type {any} */ (messageType), event, []) === 'license-release') return;
      tell({ k: 'licence', t, session, step });
      flush();
    } catch {
      // The page goes on.
    }
  }

  /** The number of a session, which is listened to from now on. @param {MediaKeySession} session @returns {number} */
  function licenceFor(session) {
    let number = apply(weakGet, licenceOf, [session]);
    if (number === undefined) {
      licences += 1;
      number = licences;
      apply(weakSet, licenceOf, [session, number]);
      listen(session, ['message', 'keystatuseschange'], onLicence);
    }
    return number;
  }

  /** @param {Track} track @param {string} operation */
  function begin(track, operation) {
    // Only a detached MediaSource leaves operations without their `updateend`, and then nothing follows.
    if (track.operations.length < OPERATION_LIMIT) apply(push, track.operations, [operation]);
  }

  /** @param {MediaSource} mediaSource @returns {number} */
  function numberOf(mediaSource) {
    install();
    let number = apply(weakGet, sourceOf, [mediaSource]);
    if (number === undefined) {
      sources += 1;
      number = sources;
      apply(weakSet, sourceOf, [mediaSource, number]);
    }
    return number;
  }

  /** @param {SourceBuffer} buffer @returns {Track | undefined} */
  function trackFor(buffer) {
    return apply(weakGet, trackOf, [buffer]);
  }

  /** @param {XMLHttpRequest} request @returns {PageRequest | undefined} */
  function requestFor(request) {
    return apply(weakGet, requestOf, [request]);
  }

  /** @param {object} fact shapes: src/wire.rs */
  function tell(fact) {
    apply(push, queue, [fact]);
    if (queue.length >= QUEUE_FACTS || queuedBytes >= QUEUE_BYTES) flush();
    else if (timer === 0) timer = apply(setTimeout, window, [flush, FLUSH_AFTER]);
  }

  function flush() {
    if (timer !== 0) apply(clearTimeout, window, [timer]);
    timer = 0;
    if (queue.length === 0) return;
    const facts = queue;
    queue = [];
    queuedBytes = 0;
    try {
      for (let i = 0; i < facts.length; i += 1) {
        if (facts[i].k === 'append') facts[i].head = headOf(facts[i].head);
      }
      forget();
      apply(postMessage, port, [facts]);
    } catch {
      // The page goes on.
    }
  }
}

/**
 * Looks on at a method of the page's: `seen` is told of every call that returned, `refused` of every one that threw.
 * @param {object} owner
 * @param {string} name
 * @param {(t: number, self: any, args: any[], result: any) => void} seen
 * @param {(t: number, self: any, error: any) => void} [refused]
 */
function watch(owner, name, seen, refused) {
  const descriptor = getOwnPropertyDescriptor(owner, name);
  const original = descriptor?.value;
  // What a page has frozen stays as it is: then there is less to be seen.
  if (typeof original !== 'function' || !descriptor?.configurable) return;
  // A method, so that like the original it has no `prototype` and can't be constructed.
  const wrapper = {
    [name](/** @type {any[]} */ ...args) {
      const t = now();
      let result;
      try {
        result = apply(original, this, args);
      } catch (error) {
        try {
          refused?.(t, this, error);
        } catch {
          // The page goes on.
        }
        throw error;
      }
      try {
        seen(t, this, args, result);
      } catch {
        // The page goes on.
      }
      return result;
    },
  }[name];
  copyProperties(original, wrapper);
  defineProperty(owner, name, { ...descriptor, value: wrapper });
}

/**
 * Looks on at an accessor of the page's: `seen` is told of every value that was got.
 * @param {object} owner
 * @param {string} name
 * @param {(t: number, self: any, value: any) => void} seen
 */
function watchGetter(owner, name, seen) {
  const descriptor = getOwnPropertyDescriptor(owner, name);
  const original = descriptor?.get;
  if (typeof original !== 'function' || !descriptor?.configurable) return;
  const { get } = /** @type {PropertyDescriptor} */ (getOwnPropertyDescriptor({
    get [name]() {
      const value = apply(original, this, []);
      try {
        seen(now(), this, value);
      } catch {
        // The page goes on.
      }
      return value;
    },
  }, name));
  copyProperties(original, get);
  defineProperty(owner, name, { ...descriptor, get });
}

/**
 * Its name and length, and what a page that had replaced the method itself may have left on it.
 * @param {any} from
 * @param {any} to
 */
function copyProperties(from, to) {
  const keys = ownKeys(from);
  for (let i = 0; i < keys.length; i += 1) {
    const descriptor = getOwnPropertyDescriptor(from, keys[i]);
    if (descriptor?.configurable) defineProperty(to, keys[i], descriptor);
  }
}

/** @param {EventTarget} target @param {string[]} types @param {any} listener */
function listen(target, types, listener) {
  for (let i = 0; i < types.length; i += 1) apply(addEventListener, target, [types[i], listener]);
}

/** @param {object} prototype */
function viewGetters(prototype) {
  return {
    buffer: getter(prototype, 'buffer'),
    byteOffset: getter(prototype, 'byteOffset'),
    byteLength: getter(prototype, 'byteLength'),
  };
}

/** @param {object} prototype @param {string} name @returns {(...args: any[]) => any} */
function getter(prototype, name) {
  return /** @type {any} */ (getOwnPropertyDescriptor(prototype, name)).get;
}

/** Milliseconds since the epoch on the page's clock. */
function now() {
  return timeOrigin + apply(performanceNow, performance, []);
}

/** @param {any} value @returns {string} */
function text(value) {
  return typeof value === 'string' ? apply(slice, value, [0, TEXT_LIMIT]) : '';
}

/** The bytes of a buffer source, in place. @param {any} data @returns {Uint8Array} */
function bytesOf(data) {
  if (!isView(data)) return new Uint8Array(data);
  const of = data instanceof DataView ? dataView : typedArray;
  return new Uint8Array(apply(of.buffer, data, []), apply(of.byteOffset, data, []), apply(of.byteLength, data, []));
}
