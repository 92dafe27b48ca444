// @ts-check
// One frame with a `MediaSource`: between its port, the core and the snapshots.

import { Addresses } from './addresses.js';
import { Served, perform } from './check.js';
import { core, generation, isTrap, renew, words } from './core.js';
import { Places } from './places.js';
import { checkSetting, isAllowed } from './servers.js';
import { SnapshotStore } from './store.js';

const api = globalThis.browser ?? globalThis.chrome;

/** How long news may be in this script alone, in ms. */
const SNAPSHOT_AFTER = 5000;
/** How often the history is told what was watched, and of a stall under way, in ms. */
const COUNT_EVERY = 5000;
const COUNT_STALL_EVERY = 750;
/** A core that traps more often on one frame will not come to terms with it. */
const TRAP_LIMIT = 3;

export class Frame {
  /** @type {import('../target/wasm/whystall_web.js').FrameSession | undefined} */
  session;
  /** How many stalls ended, and the evidence of the last. */
  stalls = 0;
  /** @type {import('./store.js').StallRecord | undefined} */
  stall;
  #generation = -1;
  #traps = 0;
  /** @type {Promise<unknown> | undefined} */
  #starting;
  /** Numbers of the facts that the core died of. */
  #deadly = { start: 0, end: 0 };
  /** Number of the next fact. */
  #next = 0;
  /** Page's clock minus the machine's, in ms: they part when the computer sleeps. */
  #skew = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #wake;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #unsaved;
  /** @type {SnapshotStore | undefined} */
  #store;
  /** Stops what is being measured. */
  #checking = new AbortController();
  #addresses = new Addresses();
  #places = new Places(this.#addresses, (fact) => this.network(fact));
  #served = new Served((host) => this.#addresses.of(host)?.ip);
  #session = '';
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #counting;
  #countAt = Infinity;
  /** What the history was last told. */
  #counted = '';
  #stalled = false;
  /** What the log was last told of the line. */
  #line = '';

  /**
   * @param {any} port
   * @param {{
   *   privately: boolean,
   *   muted: () => Promise<boolean>,
   *   network: () => Promise<{ provider: string | null, line: any }>,
   *   changed: () => void,
   *   keep: (session: string, record: any) => void,
   *   count: (session: string, account: any, over: boolean) => Promise<any>,
   * }} host
   */
  constructor(port, host) {
    this.port = port;
    this.host = host;
    const { tab, frameId, documentId, url, origin } = port.sender;
    this.tab = tab.id;
    this.frame = frameId;
    this.document = documentId;
    this.url = url;
    this.origin = origin;
  }

  /** The frame tells who it is: goes on where its log was left. @param {string} session */
  hello(session) {
    this.#session = String(session);
    this.#store ??= new SnapshotStore(this.tab, this.frame, this.#session);
    this.#start();
  }

  /** @param {any[]} facts @param {number} from */
  facts(facts, from) {
    // What comes before `resume` went out, comes again after it.
    if (!this.session || !Array.isArray(facts)) return;
    for (const fact of facts) if (fact.k === 'clock') this.#skew = fact.t - fact.wall;
    this.#handle(facts.map((fact, index) => this.#harmless(fact, from + index)), from);
    this.#unsaved ??= setTimeout(() => this.save(), SNAPSHOT_AFTER);
  }

  /** @param {string} action */
  act(action) {
    if (action === 'stop-check' || action === 'forbid-checks') this.#stopCheck();
    this.#ask((session) => session.act(action));
  }

  /** @param {string | null} name what the viewer's provider is called */
  nameProvider(name) {
    this.#ask((session) => session.nameProvider(name ?? undefined));
  }

  /** @param {any} fact seen by the browser, to be numbered into the frame's log */
  network(fact) {
    this.#served.note(fact);
    const moved = this.#addresses.note(fact);
    if (moved) this.#places.moved(moved);
    this.#post({ type: 'network', facts: [fact] });
  }

  /** What is known of the viewer's line, or nothing. @param {any} fact */
  setLine(fact) {
    if (!fact && this.#line === '') return;
    const { t: _, ...line } = fact ?? {};
    const now = JSON.stringify(line);
    if (now === this.#line || !this.session) return;
    this.#line = now;
    this.#post({ type: 'network', facts: [{ k: 'line', ...line, t: Date.now() }] });
  }

  /** Puts what is known where it survives this script. */
  async save() {
    clearTimeout(this.#unsaved);
    this.#unsaved = undefined;
    if (!this.session || !this.#store || this.#generation !== generation) return;
    const upto = this.#next;
    // What the frame's log may drop, nobody would tell the history again.
    const counted = this.#count();
    try {
      const snapshot = { core: this.session.snapshot(), stalls: this.stalls };
      await this.#store.save(snapshot);
      await counted;
      this.#post({ type: 'durable', upto });
    } catch (error) {
      // The log stays with the frame, so nothing is lost yet.
      console.warn('Whystall: no snapshot', error);
    }
  }

  #stopCheck() {
    this.#checking.abort();
    this.#checking = new AbortController();
  }

  /** The port is gone. */
  close() {
    this.#stopCheck();
    clearTimeout(this.#wake);
    this.#count(true);
    const saved = this.#unsaved === undefined ? Promise.resolve() : this.save();
    saved.finally(() => {
      if (this.session && this.#generation === generation) this.session.free();
      this.session = undefined;
    });
  }

  /** Begins, or begins again after the core died, from the last snapshot and what the frame's log has since. */
  #start() {
    this.session = undefined;
    this.#starting ??= this.#begin()
      .then(() => this.#resume(), (error) => this.#giveUp(error))
      .finally(() => (this.#starting = undefined));
  }

  async #resume() {
    this.#post({ type: 'resume', from: this.#next });
    this.setLine((await this.host.network()).line);
  }

  async #begin() {
    const { FrameSession } = await core();
    const { snapshot, stall } = (await this.#store?.load()) ?? {};
    const muted = await this.host.muted();
    const session = new FrameSession(api.runtime.getManifest().version, words);
    this.#next = 0;
    if (snapshot) {
      try {
        this.#next = session.restore(snapshot.core);
        this.stalls = snapshot.stalls;
        this.stall = stall;
      } catch (error) {
        // With a snapshot that can't be used the frame begins anew.
        await this.#store?.remove();
        throw error;
      }
    }
    if (muted) session.act('mute');
    if (isAllowed(await checkSetting())) session.act('allow-checks');
    session.nameProvider((await this.host.network()).provider ?? undefined);
    this.session = session;
    this.#generation = generation;
    this.#post({ type: 'view', view: session.overlay() });
    this.host.changed();
  }

  /** @param {any[]} facts @param {number} from */
  #handle(facts, from) {
    const end = from + facts.length;
    if (this.#ask((session) => session.handle(facts, from))) this.#next = Math.max(this.#next, end);
    else this.#deadly = { start: from, end };
  }

  /** The fact, unless the core died of it: then that it was lost. @param {any} fact @param {number} number */
  #harmless(fact, number) {
    const { start, end } = this.#deadly;
    if (number < start || number >= end) return fact;
    return number === end - 1 ? { k: 'lost', t: fact.t, from: fact.t, what: 'page' } : null;
  }

  /**
   * Asks the core, does what it says; false if it died of that.
   * @param {(session: NonNullable<Frame['session']>) => any} question
   */
  #ask(question) {
    if (!this.session) return true;
    if (this.#generation !== generation) {
      this.#start();
      return true;
    }
    let outputs;
    try {
      outputs = question(this.session);
    } catch (error) {
      console.error('Whystall:', error);
      if (!isTrap(error)) return true;
      renew();
      this.#traps += 1;
      if (this.#traps > TRAP_LIMIT) this.#giveUp(error);
      else this.#start();
      return false;
    }
    if (outputs.view !== undefined) this.#post({ type: 'view', view: outputs.view });
    for (const record of outputs.records) {
      if (!record.replaces) this.stalls += 1;
      this.stall = record;
      this.#store?.saveStall(record).catch(() => {});
      this.host.keep(this.#session, record);
    }
    // Else a background stopped now would make the same record once more.
    if (outputs.records.length > 0) this.save();
    // What comes of it goes into the frame's log, like all that this script sees.
    if (outputs.check.length > 0) {
      const how = { signal: this.#checking.signal, remember: !this.host.privately };
      perform(outputs.check, this.#served, (fact) => this.network(fact), how).catch((error) => console.warn('Whystall:', error));
    }
    if (outputs.wakeAt !== undefined) this.#wakeAt(outputs.wakeAt);
    this.#countSoon();
    this.host.changed();
    return true;
  }

  /** The history learns of a stall at once and then as it goes on, of all else now and then. */
  #countSoon() {
    const stalled = this.session?.stalled ?? false;
    const begun = stalled && !this.#stalled;
    this.#stalled = stalled;
    if (begun) {
      this.#places.want();
      this.#count();
    }
    const due = Date.now() + (stalled ? COUNT_STALL_EVERY : COUNT_EVERY);
    if (due >= this.#countAt) return;
    clearTimeout(this.#counting);
    this.#countAt = due;
    this.#counting = setTimeout(() => this.#count(), due - Date.now());
  }

  /** @param {boolean} [over] the page is gone */
  #count(over = false) {
    clearTimeout(this.#counting);
    this.#countAt = Infinity;
    if (!this.session || this.#generation !== generation) return undefined;
    const account = this.session.account();
    const counted = JSON.stringify(account);
    if (counted === this.#counted && !(over && account.stall)) return undefined;
    this.#counted = counted;
    return this.host.count(this.#session, account, over);
  }

  /** @param {number} at milliseconds since the epoch on the page's clock */
  #wakeAt(at) {
    clearTimeout(this.#wake);
    const now = () => Date.now() + this.#skew;
    this.#wake = setTimeout(() => this.#ask((session) => session.tick(Math.max(at, now()))), Math.max(0, at - now()));
  }

  /** The page goes on, without us. @param {unknown} error */
  #giveUp(error) {
    console.error('Whystall: gave up on a frame', error);
    this.port.disconnect();
  }

  /** @param {any} message */
  #post(message) {
    try {
      this.port.postMessage(message);
    } catch {
      // The frame is gone; its port says so too.
    }
  }
}
