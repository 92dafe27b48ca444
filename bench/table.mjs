// @ts-check
// Results as text: a table for the terminal, a page for docs/.

/** @typedef {import('./main.mjs').Row} Row */

/** What each bench is, in the order of the page. */
const BENCHES = {
  headers: 'Reading container headers, beside peers',
  instructions: 'Instructions of the native reader',
  sizes: 'Sizes',
  'passed-on': 'Bytes that leave the page',
  hook: 'The hook in `appendBuffer`',
  wake: 'Waking the background',
  idle: 'A page without a video',
  playing: 'While a video plays',
  memory: 'Memory over ten hours',
};

/** @param {Row[]} rows */
export function table(rows) {
  const cells = rows.map((row) => [row.what, measured(row), target(row), verdict(row)]);
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => row[column].length)));
  return cells.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()).join('\n');
}

/** @param {Record<string, { date: string, quick: boolean, machine: string, rows: Row[] }>} results */
export function page(results) {
  const parts = [HEAD];
  for (const [name, title] of Object.entries(BENCHES)) {
    const result = results[name];
    parts.push(`## ${title}\n`);
    // Numbers of a smoke test are none to be shown.
    if (!result || result.quick) {
      parts.push(`Not measured yet: \`cargo xtask bench --only ${name} --docs\`.\n`);
      continue;
    }
    parts.push(`\`cargo xtask bench --only ${name}\`, ${result.date.slice(0, 10)}, ${result.machine}.\n`);
    parts.push('| what | measured | target | met |', '|---|---|---|---|');
    for (const row of result.rows) parts.push(`| ${row.what} | ${measured(row)} | ${target(row)} | ${verdict(row)} |`);
    const notes = [...new Set(result.rows.flatMap(({ note }) => note ?? []))];
    const of = (/** @type {string} */ note) => result.rows.find((row) => row.note === note)?.what ?? '';
    parts.push('', ...notes.map((note) => `- ${of(note)}: ${note}.`), '');
  }
  return `${parts.join('\n').trimEnd()}\n`;
}

const HEAD = `# What Whystall costs

Written by \`cargo xtask bench --docs\` from target/bench.json; don't edit. How it is measured, and why so:
[decisions/0007](decisions/0007-measuring.md). Brackets hold 95 % intervals. A target that is missed says so.
`;

/** @param {Row} row */
function measured({ value, low, high, unit }) {
  if (value === null) return 'not measured';
  const interval = low === undefined || high === undefined ? '' : ` [${number(low)}, ${number(high)}]`;
  return `${number(value)}${interval} ${unit}`;
}

/** @param {Row} row */
function target({ target: { most, least } = {}, unit }) {
  if (most !== undefined) return `≤ ${number(most)} ${unit}`;
  return least !== undefined ? `≥ ${number(least)} ${unit}` : '';
}

/** Met where the whole interval is; where only the value is, that is said. @param {Row} row */
function verdict({ value, low, high, target }) {
  if (!target) return '';
  if (value === null) return 'unknown';
  const meets = (/** @type {number} */ it) => it <= (target.most ?? Infinity) && it >= (target.least ?? -Infinity);
  if (!meets(value)) return 'missed';
  return meets(low ?? value) && meets(high ?? value) ? 'met' : 'met, but not the whole interval';
}

/** Three significant digits, or all of a whole number. @param {number} value */
function number(value) {
  if (Number.isInteger(value) || Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}
