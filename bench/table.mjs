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
  verify: 'Verifying evidence',
  networks: 'The table of networks',
  history: 'The history',
};

/** Why a bench misses its target and what would help, as far as it was looked into; shown where something is missed. */
const WHY = /** @type {Record<string, string>} */ ({
  headers: `hls.js 1.7 has a quick way through the usual fragment and takes some 2 µs. Of ours, taken apart and warm, the
walker has 0.5 µs and the reader 0.75 µs in WebAssembly, a third of which it takes natively (see below); the race adds what
shuffled turns do to caches. For WebM the walker goes through some fifty blocks spread over a megabyte, and the reader
follows each by a machine made for every container. Nearer: a reader that takes a run of SimpleBlocks at once, and readers
compiled for speed, not size.`,
  instructions: 'WebM: some 600 instructions a block, for the same reason.',
  sizes: `Half of what is left is what Whystall does: following playback, telling causes apart, saying so. Nearer: maps that are
not compiled anew for each pair of types (BTreeMap), and compiling for size all but the readers of containers, which takes a
crate of their own (\`opt-level = "z"\` for everything took off 6 %). Then cards and evidence as a module of their own,
loaded when the viewer asks for them. 60 KB was thought of a core that only watches.`,
  hook: `Parts left out one by one, in Chromium, on a busy machine: of some 90 µs the walker had 40, the four settings read
from the SourceBuffer 20, wrapper and facts the rest; the timer has 5 µs. Of the walker's, memory for the head was more than
a third (Node.js, caches cold: 41 µs with it, 29 without, 11 for an empty walker); since then heads wait in one piece of
memory. Nearer: reading three of the settings when the append has ended, as none can be set before, but for \`abort\`.`,
  idle: `A browser makes its interfaces for scripts when they are first asked for, in each frame and world anew, and that is
nearly all of it: parsing costs next to nothing, and taking comments and names out changes nothing. So 0.1 ms is not to be had
by anything that looks at all, which the bench shows by a bare extension beside it. The probe looks up a dozen interfaces more, so that a page can't
put its own in their place before there is a MediaSource. Nearer: to look up less, as far as a hostile page allows it.`,
  playing: `The page's process looks at the player four times a second and passes facts on once or twice a second; the browser's
hands them and the requests on; the extension's keeps its account. Each of them has a part of it, none most. Nearer: fewer, larger
messages while all is well.`,
});

/** @param {Row[]} rows */
export function table(rows) {
  const cells = rows.map((row) => [row.what, measured(row), target(row), verdict(row)]);
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => row[column].length)));
  return cells.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()).join('\n');
}

/**
 * @param {Record<string, { date: string, quick: boolean, machine: string, rows: Row[] }>} results
 * @param {string} before the page as it was: what was not measured anew keeps its section
 */
export function page(results, before) {
  const kept = new Map(before.split(/^## /m).slice(1).map((section) => [section.split('\n', 1)[0], section]));
  const parts = [HEAD];
  for (const [name, title] of Object.entries(BENCHES)) {
    const result = results[name];
    // Numbers of a smoke test are none to be shown.
    if (!result || result.quick) {
      parts.push(`## ${kept.get(title)?.trimEnd() ?? `${title}\n\nNot measured yet: \`cargo xtask bench --only ${name} --docs\`.`}\n`);
      continue;
    }
    parts.push(`## ${title}\n`);
    parts.push(`\`cargo xtask bench --only ${name}\`, ${result.date.slice(0, 10)}, ${result.machine}.\n`);
    parts.push('| what | measured | target | met |', '|---|---|---|---|');
    for (const row of result.rows) parts.push(`| ${row.what} | ${measured(row)} | ${target(row)} | ${verdict(row)} |`);
    const notes = [...new Set(result.rows.flatMap(({ note }) => note ?? []))];
    const of = (/** @type {string} */ note) => result.rows.find((row) => row.note === note)?.what ?? '';
    parts.push('', ...notes.map((note) => `- ${of(note)}: ${note}.`), '');
    if (WHY[name] && result.rows.some((row) => verdict(row) === 'missed')) parts.push(`Why, and the way there: ${WHY[name]}`, '');
  }
  return `${parts.join('\n').trimEnd()}\n`;
}

const HEAD = `# What Whystall costs

Written by \`cargo xtask bench --docs\` from target/bench.json; don't edit. How it is measured, and why so:
[decisions/0009](decisions/0009-measuring.md). Brackets hold 95 % intervals. A target that is missed says so.
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
