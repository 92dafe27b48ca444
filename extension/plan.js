// @ts-check
// What was measured of a line, held against what is paid for. Pure: the runs come from lines.js.

/**
 * @typedef {{
 *   network: string, at: number, down: number | null, up: number | null, answer: number | null, bytes: number, capped: boolean, server: string,
 * }} Run bits/s, `answer` in µs, `at` in ms since the epoch; `capped`: it ended at the cap on data, so that the line may be faster
 * @typedef {{ capacity: number | null, median: number | null, count: number, newest: number | null }} Measured
 */

/** Older runs tell of another line. */
const DAYS = 90;
const DAY = 86_400_000;
/** Of fewer, none may have been made at a good moment. */
export const ENOUGH = 3;
/** What is typical is called less than paid for below the first of these, far less below the second. */
const [AS_PAID, FAR] = [0.8, 0.5];

/** What the runs say the line carries. Those that ended at the cap say only "at least". @param {Run[]} runs @returns {Measured} */
export function measured(runs, now = Date.now()) {
  const whole = runs.filter(({ at, down, capped }) => down !== null && !capped && now - at < DAYS * DAY && at <= now);
  const speeds = whole.map(({ down }) => Number(down)).sort((a, b) => a - b);
  const quantile = (/** @type {number} */ part) => speeds[Math.max(0, Math.ceil(part * speeds.length) - 1)] ?? null;
  return {
    capacity: quantile(0.95),
    median: quantile(0.5),
    count: speeds.length,
    newest: whole.length > 0 ? Math.max(...whole.map(({ at }) => at)) : null,
  };
}

/**
 * `few`: too few runs to tell. @param {{ down: number } | null} plan Mbit/s @param {Run[]} runs
 * @returns {{ is: 'no-plan' | 'few' | 'as-paid' | 'below' | 'far-below', part: number | null } & Measured}
 */
export function compare(plan, runs, now = Date.now()) {
  const seen = measured(runs, now);
  if (!plan) return { is: 'no-plan', part: null, ...seen };
  if (seen.median === null || seen.count < ENOUGH) return { is: 'few', part: null, ...seen };
  const part = seen.median / (plan.down * 1e6);
  return { is: part >= AS_PAID ? 'as-paid' : part >= FAR ? 'below' : 'far-below', part, ...seen };
}

/** Two figures: exact enough to compare with, and not one viewer's alone. @param {number | null} bits */
export function rounded(bits) {
  if (bits === null || !(bits > 0)) return null;
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(bits)) - 1);
  return Math.round(bits / unit) * unit;
}

/**
 * What the core is told of the line; nothing while nothing is known.
 * @param {{ down: number } | null} plan @param {Run[]} runs
 */
export function lineFact(plan, runs, now = Date.now()) {
  const { capacity, count } = measured(runs, now);
  const known = { plan: rounded(plan ? plan.down * 1e6 : null), capacity: count >= ENOUGH ? rounded(capacity) : null };
  return known.plan || known.capacity ? { k: 'line', t: now, ...known } : null;
}
