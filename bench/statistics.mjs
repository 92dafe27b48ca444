// @ts-check
// Medians and bootstrap confidence intervals. Seeded, so that the same measurements give the same interval.

/** Resamples for an interval; at 2,000 its ends move by less than they matter. */
const RESAMPLES = 2000;

/** @param {number[]} values @param {number} at between 0 and 1 */
export function quantile(values, at) {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * at;
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (place - below);
}

/** @param {number[]} values */
export const median = (values) => quantile(values, 0.5);

/** @param {number[]} values */
export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * A statistic of independent rows with its 95 % interval (percentile bootstrap).
 * @template Row
 * @param {Row[]} rows
 * @param {(rows: Row[]) => number} statistic
 */
export function bootstrap(rows, statistic) {
  const random = generator(1);
  const draw = () => rows[Math.floor(random() * rows.length)];
  const again = Array.from({ length: RESAMPLES }, () => statistic(rows.map(draw)));
  return { value: statistic(rows), low: quantile(again, 0.025), high: quantile(again, 0.975) };
}

/** The same rows in another order. @template Row @param {Row[]} rows @param {() => number} random */
export function shuffled(rows, random) {
  const left = [...rows];
  for (let i = left.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    [left[i], left[j]] = [left[j], left[i]];
  }
  return left;
}

/** Numbers from 0 to 1 (mulberry32). @param {number} seed */
export function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
