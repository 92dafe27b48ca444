// What came out of the matrix: kept in target/matrix-BROWSER.json, and `node tests/e2e/matrix-page.mjs` makes
// docs/players.md of it. `cargo xtask test --full` does both.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { BROWSERS } from '../../demo/browsers.mjs';
import { FAULTS, IMPOSSIBLE, PLAYERS } from './matrix.mjs';

const file = (name) => new URL(`../../${name}`, import.meta.url);
const results = (browser) => file(`target/matrix-${browser}.json`);
const json = async (of) => JSON.parse(await readFile(of, 'utf8'));

/**
 * Adds what came out in one browser. Cells that were not played keep what they had.
 * @param {Record<string, { outcome: 'right'|'short'|'wrong', why?: string, stalls?: number, began?: number, ended?: number }>} cells
 */
export async function noteResults(browser, version, cells) {
  const before = await json(results(browser)).catch(() => ({}));
  await writeFile(results(browser), `${JSON.stringify({ version, cells: { ...before.cells, ...cells } }, null, 2)}\n`);
}

function page(all, versions) {
  const notes = [];
  const note = (why) => {
    if (!notes.includes(why)) notes.push(why);
    return notes.indexOf(why) + 1;
  };
  const words = (cell, result) => {
    if (IMPOSSIBLE[cell]) return `can't be (${note(IMPOSSIBLE[cell])})`;
    if (!result) return 'not played';
    if (result.outcome !== 'right') return `**${result.outcome === 'short' ? 'falls short' : 'wrong'}** (${note(result.why)})`;
    const off = [result.began, result.ended].filter((millis) => millis !== undefined).map(Math.round);
    return ['right', result.stalls, ...(off.length ? [off.join('/')] : [])].join(' · ');
  };
  const table = ([browser, { version, cells }]) => `
## ${browser[0].toUpperCase()}${browser.slice(1)}

${version}

| | ${Object.values(PLAYERS).join(' | ')} |
|---|${'---|'.repeat(Object.keys(PLAYERS).length)}
${Object.entries(FAULTS)
  .map(([fault, { name }]) => `| ${name} | ${Object.keys(PLAYERS).map((player) => words(`${player} ${fault}`, cells[`${player} ${fault}`])).join(' | ')} |`)
  .join('\n')}
`;
  return `# Players

<!-- Made by \`node tests/e2e/matrix-page.mjs\` from what tests/e2e/matrix.test.mjs noted last. Change that. -->

Real players play the demo's stream from a server that misbehaves on request, in real browsers; the truth is what the
server, the player and the page itself recorded. A cell is *right* when every stall was found, none was invented, and the
verdict named the media segment and the cause. It gives the number of stalls that were compared and the largest error of
their begins and ends in milliseconds, one run each. Plain \`cargo xtask test\` plays a part of the cells,
\`cargo xtask test --full\` plays all and writes this page.

Where only pictures are late, Chromium plays up to three seconds of sound without them. \`currentTime\` moves then: that is
not counted as a stall, and Whystall says nothing of it.

Played with hls.js ${versions['hls.js']}, dash.js ${versions.dashjs} and Shaka Player ${versions['shaka-player']}.
${all.map(table).join('')}${notes.map((why, i) => `${i ? '' : '\n'}${i + 1}. ${why}`).join('\n')}
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { devDependencies } = await json(file('demo/package.json'));
  const all = await Promise.all(BROWSERS.map(async (browser) => [browser, await json(results(browser)).catch(() => null)]));
  await writeFile(file('docs/players.md'), page(all.filter(([, played]) => played), devDependencies));
  console.log('docs/players.md');
}
