// @ts-check
// The media elements of a frame that play a `MediaSource`: finds them, looks at them, never touches them.

import { BUSY } from './conditions.js';
import { shadowOf } from './shadow.js';

/** Most elements looked at, most `MediaSource` addresses known at a time. */
const ELEMENT_LIMIT = 16;
const SOURCE_LIMIT = 64;
/** Most ranges of `buffered` reported. */
const RANGE_LIMIT = 32;
/** How often a playing element is looked at, in ms: while all is well, and while it is low. */
const SAMPLE = 250;
const SAMPLE_LOW = 100;
/** Media ahead of the playhead, in s, below which an element is low: several samples before it runs dry. */
const LOW_LEAD = 2;
/** Part of its rate below which playback counts as not moving, so that crawling is looked at closely too. */
const MOVING = 0.5;
/** After playback stood still nobody should wait for what follows, in ms: the core seals its evidence after 200. */
const AFTERMATH = 750;
/** Frames nearer together than this, in ms, are told of once: playback moves, and that is all there is to say. */
const FRAME_GAP = 100;
/** How often the whole page is searched for an element that is still to be found, in ms, and how many times. */
const SEARCH_EVERY = 500;
const SEARCHES = 60;

/** How often dropped frames are told of, in ms: more tells no more. */
const QUALITY_EVERY = 500;

/** Events that are facts (`Moment` in src/event.rs), and those of them that nobody should wait for. */
const MOMENTS = [
  'play', 'playing', 'pause', 'waiting', 'seeking', 'seeked', 'ratechange', 'ended', 'emptied', 'loadeddata', 'error',
  'encrypted', 'waitingforkey',
];
const PRESSING = new Set(['playing', 'pause', 'waiting', 'seeking', 'seeked', 'ended', 'emptied', 'error', 'waitingforkey']);
/** Events at which an element may have got its source. They do not leave a shadow root. */
const ARRIVALS = ['loadstart', 'emptied', 'durationchange', 'loadedmetadata', 'play'];

/** Stands for the address of a source that a worker fills, which has none. */
const IN_WORKER = 'worker:';

/**
 * A worker fills what this element plays. Only browsers that know the interface can have that.
 * @param {EventTarget | null} element
 */
export function playsFromWorker(element) {
  return typeof MediaSourceHandle === 'function' && element instanceof HTMLMediaElement
    && element.srcObject instanceof MediaSourceHandle;
}

export class Media {
  /** @type {Set<string>} */
  #sources = new Set();
  /** @type {Map<HTMLMediaElement, Watcher>} */
  #watchers = new Map();
  /** Numbers stay with their elements. @type {WeakMap<HTMLMediaElement, number>} */
  #numbers = new WeakMap();
  #count = 0;
  /** Addresses that no element was found for yet → searches left. @type {Map<string, number>} */
  #missing = new Map();
  #searched = -Infinity;

  /**
   * @param {{
   *   now: () => number,
   *   check: () => void,
   *   gesture: () => boolean,
   *   push: (fact: any, urgent?: boolean) => void,
   * }} host `check`: looks what else goes on
   */
  constructor(host) {
    this.host = host;
    for (const type of ARRIVALS) document.addEventListener(type, (event) => this.consider(event.target), true);
  }

  /** A `MediaSource` has this address. @param {string} url */
  source(url) {
    this.#sources.delete(url);
    this.#sources.add(url);
    if (this.#sources.size > SOURCE_LIMIT) forgetOldest(this.#sources);
    this.#missing.set(url, SEARCHES);
    if (this.#missing.size > SOURCE_LIMIT) forgetOldest(this.#missing);
    this.#searched = -Infinity;
    this.search();
  }

  /** Looks for elements that are still to be found; called whenever the page did something with its source. */
  search() {
    const now = performance.now();
    if (this.#missing.size === 0 || now - this.#searched < SEARCH_EVERY) return;
    this.#searched = now;
    for (const element of document.querySelectorAll('video, audio')) this.consider(element);
    if (this.#missing.size === 0) return;
    for (const element of mediaIn(document)) this.consider(element);
    for (const [url, left] of this.#missing) {
      if (left > 1) this.#missing.set(url, left - 1);
      else this.#missing.delete(url);
    }
  }

  /** Some element plays, or should. */
  playing() {
    return [...this.#watchers.values()].some(({ element }) => !element.paused && !element.ended);
  }

  /** Looks at nothing any more. */
  stop() {
    this.#sources.clear();
    this.#missing.clear();
    for (const watcher of [...this.#watchers.values()]) watcher.stop();
  }

  /** The element that an explanation belongs next to: one that does not move, else the largest. */
  anchor() {
    const watchers = [...this.#watchers.values()].filter((watcher) => watcher.element.isConnected);
    const rank = (/** @type {Watcher} */ watcher) => area(watcher.element) + (watcher.stuck ? 1e9 : 0);
    return watchers.sort((a, b) => rank(b) - rank(a))[0]?.element;
  }

  /** Looks at an element from now on if it plays a `MediaSource`. @param {EventTarget | null} target */
  consider(target) {
    if (!(target instanceof HTMLMediaElement)) return;
    const inWorker = playsFromWorker(target);
    const url = inWorker ? IN_WORKER : this.#sources.has(target.src) ? target.src : target.currentSrc;
    const watcher = this.#watchers.get(target);
    if (watcher?.url === url || (!inWorker && !this.#sources.has(url))) return;
    this.#missing.delete(url);
    if (watcher) {
      watcher.attach(url);
      return;
    }
    if (this.#watchers.size >= ELEMENT_LIMIT) this.#forgetDetached();
    if (this.#watchers.size >= ELEMENT_LIMIT) return;
    let number = this.#numbers.get(target);
    if (number === undefined) {
      this.#count += 1;
      number = this.#count;
      this.#numbers.set(target, number);
    }
    const left = () => this.#watchers.delete(target);
    this.#watchers.set(target, new Watcher(target, number, url, this.host, left));
  }

  #forgetDetached() {
    for (const watcher of this.#watchers.values()) {
      if (!watcher.element.isConnected && watcher.element.paused) watcher.stop();
    }
  }
}

/** Looks at one element for as long as it plays one of the page's sources. */
class Watcher {
  #position = 0;
  #sampledAt = 0;
  #spans = '';
  #timer = 0;
  /** When the timer should fire, on the page's clock. */
  #due = Infinity;
  /** The frames counted last, and whether that was told. */
  #quality = { t: -Infinity, dropped: 0, total: 0, told: true };
  #frameAsked = false;
  /** The last frame seen, and whether it was told. */
  #frame = { t: -Infinity, position: 0, told: true };
  #stopped = new AbortController();
  /** Low on media, or not moving. */
  #low = true;
  /** Should move and does not. */
  stuck = false;
  #stuckAt = -Infinity;

  /**
   * @param {HTMLMediaElement} element
   * @param {number} number
   * @param {string} url
   * @param {Media['host']} host
   * @param {() => void} left
   */
  constructor(element, number, url, host, left) {
    this.element = element;
    this.number = number;
    this.url = '';
    this.host = host;
    this.left = left;
    const { signal } = this.#stopped;
    for (const type of MOMENTS) {
      element.addEventListener(type, (event) => this.#happened(event), { signal, capture: true });
    }
    element.addEventListener('resize', () => this.#tellSize(), { signal, capture: true });
    this.attach(url);
  }

  /** @param {string} url */
  attach(url) {
    this.url = url;
    const { host, number: element } = this;
    const t = host.now();
    host.push(url === IN_WORKER ? { k: 'attached-in-worker', t, element } : { k: 'attached', t, element, url });
    this.#spans = '';
    this.#sample();
    this.#tellSize();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#stopped.abort();
    this.left();
  }

  /** @param {Event} event */
  #happened(event) {
    // Players dispatch events of their own; only the browser's are facts.
    if (!event.isTrusted) return;
    this.#tellLate();
    this.#look(event.type, PRESSING.has(event.type));
    const { element } = this;
    const plays = this.url === IN_WORKER ? playsFromWorker(element) : element.src === this.url || element.currentSrc === this.url;
    if (event.type === 'emptied' && !plays) this.stop();
    else this.#arm();
  }

  #sample() {
    this.#tellLate();
    const stood = this.stuck;
    this.#look('sample', false);
    this.#countFrames(stood && !this.stuck);
    this.host.check();
    this.#arm();
  }

  #arm() {
    clearTimeout(this.#timer);
    this.#due = Infinity;
    const { paused, ended } = this.element;
    if (paused || ended) return;
    const wait = this.#low ? SAMPLE_LOW : SAMPLE;
    this.#timer = setTimeout(() => this.#sample(), wait);
    this.#due = this.host.now() + wait;
    if (this.#low) this.#askForFrame();
  }

  /** @param {string} why @param {boolean} pressing */
  #look(why, pressing) {
    const { element, host, number } = this;
    const t = host.now();
    const { currentTime: position, playbackRate: rate, paused, seeking, ended, readyState: ready } = element;
    const { spans, lead } = buffered(element, position);
    const elapsed = (t - this.#sampledAt) / 1000;
    const moves = position - this.#position >= MOVING * rate * elapsed && position !== this.#position;
    if (why === 'sample') {
      this.stuck = !paused && !ended && !seeking && !moves;
      if (this.stuck) this.#stuckAt = t;
      this.#low = lead < LOW_LEAD || !moves;
      this.#position = position;
      this.#sampledAt = t;
    }
    this.#tellFrame();
    const key = spans.join();
    const urgent = pressing || this.#pressing(t);
    if (key !== this.#spans) {
      this.#spans = key;
      host.push({ k: 'buffered', t, element: number, spans }, urgent);
    }
    const gesture = host.gesture();
    host.push(
      { k: 'playback', t, element: number, why, position, rate, paused, seeking, ended, ready, gesture },
      urgent,
    );
  }

  /** The timer is late: the main thread had something else to do. In a hidden tab that is the browser's intention. */
  #tellLate() {
    const t = this.host.now();
    const from = this.#due;
    this.#due = Infinity;
    if (t - from < BUSY || document.visibilityState !== 'visible') return;
    this.host.push({ k: 'busy', t, from });
  }

  /** Dropped frames, while playback is low, and what they were before. @param {boolean} now so that a stall's are told at its end */
  #countFrames(now) {
    const { element, host, number } = this;
    if (!('getVideoPlaybackQuality' in element)) return;
    const t = host.now();
    const last = this.#quality;
    if (t - last.t < QUALITY_EVERY && !now) return;
    const video = /** @type {HTMLVideoElement} */ (element);
    const { droppedVideoFrames: dropped, totalVideoFrames: total } = video.getVideoPlaybackQuality();
    const tell = (/** @type {typeof last} */ { t, dropped, total }) => {
      host.push({ k: 'quality', t, element: number, dropped, total });
    };
    if (this.#low && !last.told) tell(last);
    this.#quality = { t, dropped, total, told: this.#low };
    if (this.#low && (dropped !== last.dropped || total !== last.total)) tell(this.#quality);
  }

  /** Only while playback is low: a frame callback costs a little with every frame. */
  #askForFrame() {
    const { element } = this;
    if (this.#frameAsked || !('requestVideoFrameCallback' in element)) return;
    this.#frameAsked = true;
    const video = /** @type {HTMLVideoElement} */ (element);
    video.requestVideoFrameCallback((_, metadata) => {
      this.#frameAsked = false;
      if (this.#stopped.signal.aborted) return;
      const t = performance.timeOrigin + metadata.presentationTime;
      // The last before a gap and the first after it are what begins and ends a stall.
      const gap = t - this.#frame.t > FRAME_GAP;
      if (gap) this.#tellFrame();
      this.#frame = { t, position: metadata.mediaTime, told: false };
      if (gap) this.#tellFrame(this.#pressing(t));
      if (this.#low && !element.paused) this.#askForFrame();
    });
  }

  /** It stands still, or did a moment ago. @param {number} t */
  #pressing(t) {
    return t - this.#stuckAt < AFTERMATH;
  }

  /** Of the picture, not of the element: another size is another rendition. */
  #tellSize() {
    const { videoWidth: width, videoHeight: height } = /** @type {HTMLVideoElement} */ (this.element);
    if (width > 0 && height > 0) this.host.push({ k: 'size', t: this.host.now(), element: this.number, width, height });
  }

  #tellFrame(urgent = false) {
    const { t, position, told } = this.#frame;
    if (told) return;
    this.#frame.told = true;
    this.host.push({ k: 'frame', t, element: this.number, position }, urgent);
  }
}

/** @param {HTMLMediaElement} element @param {number} position */
function buffered({ buffered: ranges }, position) {
  const spans = [];
  let lead = 0;
  for (let i = 0; i < Math.min(ranges.length, RANGE_LIMIT); i += 1) {
    const start = ranges.start(i);
    const end = ranges.end(i);
    spans.push(start, end);
    if (start <= position && position < end) lead = end - position;
  }
  return { spans, lead };
}

/**
 * All media elements below this root, also those in shadow roots.
 * @param {Document | ShadowRoot} root
 * @returns {Generator<HTMLMediaElement>}
 */
function* mediaIn(root) {
  for (const element of root.querySelectorAll('*')) {
    if (element instanceof HTMLMediaElement) yield element;
    const shadow = shadowOf(element);
    if (shadow) yield* mediaIn(shadow);
  }
}

/** @param {Element} element */
function area(element) {
  const { width, height } = element.getBoundingClientRect();
  return width * height;
}

/** @param {Set<any> | Map<any, any>} collection */
function forgetOldest(collection) {
  for (const key of collection.keys()) {
    collection.delete(key);
    return;
  }
}
