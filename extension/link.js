// @ts-check
// The port to the background: sends the log in batches, and again what a stopped background has lost.
// Messages: docs/ARCHITECTURE.md.

import { Log } from './log.js';

const api = globalThis.browser ?? globalThis.chrome;

/** How long facts wait for company, in ms: while all is well, and while playback does not move. */
const CALM = 1000;
const URGENT = 40;
/** Most facts in one message. */
const BATCH = 500;

export class Link {
  log = new Log();
  /** @type {any} */
  #port = null;
  /** Number of the next fact to be sent; `null` until the background has said where to go on. */
  #sent = /** @type {number | null} */ (null);
  #timer = 0;
  #due = Infinity;
  /** Since when the background, and with it the network's observer, was away. */
  #lostAt = /** @type {number | null} */ (null);
  #session = randomId();
  #closed = false;

  /**
   * @param {{
   *   now: () => number,
   *   urge: () => void,
   *   show: (view: any) => void,
   *   closed: () => void,
   * }} host `urge`: facts are wanted soon; `closed`: the extension was removed or renewed, nothing will work again
   */
  constructor(host) {
    this.host = host;
  }

  /** Adds a fact; `urgent` ones go almost at once. @param {any} fact @param {boolean} [urgent] */
  push(fact, urgent = false) {
    if (this.#closed) return;
    this.log.push(fact);
    this.#schedule(urgent ? URGENT : CALM);
  }

  /** Everything waiting is wanted soon. */
  hurry() {
    this.#schedule(URGENT);
  }

  /** @param {string} action */
  act(action) {
    this.connect();
    this.#post({ type: 'action', action });
  }

  /** Makes sure that there is a port. A background that sleeps is woken. */
  connect() {
    if (this.#port || this.#closed) return;
    try {
      const port = api.runtime.connect({ name: 'frame' });
      port.onMessage.addListener((/** @type {any} */ message) => this.#receive(message));
      port.onDisconnect.addListener(() => this.#disconnected(port));
      this.#port = port;
      this.#sent = null;
      this.#post({ type: 'hello', session: this.#session, first: this.log.first });
    } catch {
      this.close();
    }
  }

  /** The extension is gone. */
  close() {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    this.host.closed();
  }

  /** @param {number} wait */
  #schedule(wait) {
    const due = performance.now() + wait;
    if (this.#closed || due >= this.#due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => this.#flush(), wait);
    if (wait === URGENT) this.host.urge();
  }

  #flush() {
    this.#due = Infinity;
    this.connect();
    while (this.#sent !== null && this.#sent < this.log.next) {
      const from = Math.max(this.#sent, this.log.first);
      const facts = this.log.read(from, BATCH);
      if (!this.#post({ type: 'facts', from, facts })) return;
      this.#sent = from + facts.length;
    }
  }

  /** @param {any} message */
  #post(message) {
    try {
      this.#port.postMessage(message);
      return true;
    } catch {
      return false;
    }
  }

  /** @param {any} message */
  #receive(message) {
    switch (message.type) {
      case 'resume': {
        // Whoever answers knows less or more than was sent; the log decides.
        const again = this.#lostAt !== null;
        if (again) this.log.push({ k: 'lost', t: this.host.now(), from: this.#lostAt, what: 'network' });
        this.#lostAt = null;
        this.#sent = Math.max(this.log.first, Math.min(message.from, this.log.next));
        this.#flush();
        break;
      }
      case 'durable':
        this.log.release(message.upto);
        break;
      case 'network':
        for (const fact of message.facts) this.push(fact);
        break;
      case 'view':
        this.host.show(message.view);
        break;
    }
  }

  /** @param {any} port */
  #disconnected(port) {
    if (this.#port !== port) return;
    this.#port = null;
    // A background that was stopped has lost what is not in a snapshot yet, so it is woken for that. Nobody is woken
    // for the sake of a player that does nothing.
    const owed = this.log.first < this.log.next;
    this.#sent = null;
    this.#lostAt ??= this.host.now();
    if (!api.runtime?.id) this.close();
    else if (owed) this.#schedule(URGENT);
  }
}

/** `crypto.randomUUID` is missing where the page is not served securely. */
function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
