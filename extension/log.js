// @ts-check
// The numbered log of a frame: what the background was told or is still to be told. It is the source of truth from
// which a background that was stopped is rebuilt, so facts stay until they are in a snapshot.

/** Most facts kept: twenty minutes of a healthy player that no background listens to. */
export const FACT_LIMIT = 20_000;
/** Most bytes of media headers and manifests kept; one append has about 1 KB. */
export const HEAD_LIMIT = 4 << 20;
/** Part of the log that goes when it is full, so that it is not moved for every fact. */
const DROP = 1 / 16;

export class Log {
  /** @type {any[]} */
  #facts = [];
  #headBytes = 0;

  /** Number of the oldest fact kept. */
  first = 0;

  /** Number that the next fact gets. */
  get next() {
    return this.first + this.#facts.length;
  }

  /** @param {any} fact shapes: src/wire.rs */
  push(fact) {
    this.#facts.push(fact);
    this.#headBytes += headBytes(fact);
    if (this.#facts.length > FACT_LIMIT || this.#headBytes > HEAD_LIMIT) this.#overflow();
  }

  /**
   * At most `count` facts from this number on.
   * @param {number} from
   * @param {number} count
   */
  read(from, count) {
    const start = Math.max(0, from - this.first);
    return this.#facts.slice(start, start + count);
  }

  /** Forgets the facts below this number. @param {number} upto */
  release(upto) {
    this.#drop(Math.min(upto, this.next) - this.first);
  }

  /** The oldest facts make room; the last of them becomes the fact that they were lost. */
  #overflow() {
    const dropped = this.#drop(Math.max(2, Math.ceil(this.#facts.length * DROP)));
    const oldest = dropped[0];
    const newest = dropped[dropped.length - 1];
    const from = oldest.k === 'lost' ? oldest.from : oldest.t;
    this.#facts.unshift({ k: 'lost', t: newest.t, from, what: 'page' });
    this.first -= 1;
  }

  /** @param {number} count */
  #drop(count) {
    if (!(count > 0)) return [];
    const dropped = this.#facts.splice(0, count);
    for (const fact of dropped) this.#headBytes -= headBytes(fact);
    this.first += dropped.length;
    return dropped;
  }
}

/** @param {any} fact */
function headBytes(fact) {
  if (fact.k === 'append') return fact.head.byteLength;
  // A browser keeps text in one or two bytes a character.
  return fact.k === 'manifest' ? fact.text.length : 0;
}
