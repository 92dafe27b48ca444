// @ts-check
// A past made up, put into the history's database as extension/history.js keeps it: so many stalls over so many days, on
// some sites, in evenings rather than mornings, on some bad days rather than on all. The same each time.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const extension = path.join(path.dirname(fileURLToPath(import.meta.url)), '../extension');

/** The history's own code as a script that a page can run, and the names that it exports. */
export async function historyScript() {
  const files = await Promise.all(['records.js', 'history.js'].map((file) => readFile(path.join(extension, file), 'utf8')));
  const source = files.join('\n').replaceAll(/^import .*$/gm, '');
  const names = [...source.matchAll(/^export (?:async )?(?:function|const|class) (\w+)/gm)].map(([, name]) => name);
  return { script: source.replaceAll(/^export /gm, ''), names };
}

/**
 * @param {any} page one of the extension's
 * @param {{ stalls: number, days: number, site?: string, bundles?: number, until?: number }} past `site`: the most watched
 */
export async function fillHistory(page, past) {
  await page.evaluate(fill, { bundles: 0, until: Date.now(), site: 'video.example', ...past });
}

/** Runs in the page. @param {{ stalls: number, days: number, site: string, bundles: number, until: number }} past */
async function fill({ stalls: count, days, site: first, bundles: evidence, until }) {
  const HOUR = 3_600_000;
  const SITES = [first, 'tv.example', 'live.sport.example', 'lectures.university.example'];
  // Bits of src/verdict.rs's zones, and how often such a verdict comes.
  const VERDICTS = /** @type {const} */ ([
    [0b0001100, ['home', 'access'], 'slow-transfer', 34], [0b1111100, ['home', 'access', 'interconnect', 'edge', 'origin'], 'slow-response', 22],
    [0b1000000, ['origin'], 'cache-miss', 14], [0b0000010, ['player'], 'request-idle', 10], [0b0000001, ['device'], 'cpu-busy', 8],
    [0b1100000, ['edge', 'origin'], 'slow-response', 7], [0b0011100, ['home', 'access', 'interconnect'], 'slow-transfer', 4], [0, [], 'undetermined', 1],
  ]);
  let state = 7;
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const verdict = () => {
    let left = random() * 100;
    return VERDICTS.find(([, , , share]) => (left -= share) < 0) ?? VERDICTS[0];
  };
  /** @type {Map<string, any>} */
  const hours = new Map();
  const start = Math.floor(until / HOUR) - days * 24;
  const bad = Array.from({ length: days }, () => (random() < 0.15 ? 6 : 1));
  const slots = [];
  for (let day = 0; day < days; day += 1) {
    for (const hour of [7, 12, 17, 18, 19, 20, 21, 22]) {
      if (random() < 0.35) continue;
      const site = SITES[Math.floor(random() ** 2 * SITES.length)];
      const row = {
        site, network: '', hour: start + day * 24 + hour, played: Math.round(random() * 3000e6), reduced: 0,
        starts: 1 + Math.floor(random() * 4), startUp: 0, sets: [],
      };
      row.startUp = row.starts * Math.round(400e3 + random() * 1600e3);
      row.reduced = random() < 0.2 ? Math.round(row.played * random() * 0.4) : 0;
      hours.set(`${site} ${row.hour}`, row);
      for (let i = 0; i < bad[day] * (hour > 17 ? 3 : 1); i += 1) slots.push(row);
    }
  }
  const rows = [];
  for (let i = 0; i < count; i += 1) {
    const hour = slots[Math.floor(random() * slots.length)];
    const [set, zones, cause] = verdict();
    const duration = Math.round(300e3 + random() ** 4 * 20e6);
    const began = hour.hour * HOUR + Math.floor(random() * HOUR);
    rows.push({
      id: i.toString(16).padStart(64, '0'), began, duration, position: Math.floor(random() * 3600e6), kind: 'starved', cause,
      zones: [...zones], byZone: Object.fromEntries(zones.map((zone) => [zone, Math.floor(duration / zones.length)])),
      host: `cdn-${i % 7}.${hour.site}`, site: hour.site, network: '', size: 0,
    });
    let entry = hour.sets.find(([other]) => other === set);
    if (!entry) hour.sets.push((entry = [set, 0, 0]));
    entry[1] += 1;
    entry[2] += duration;
  }
  rows.sort((a, b) => b.began - a.began);
  const bundle = 'x'.repeat(300_000);
  const db = await new Promise((done, fail) => {
    const open = indexedDB.open('whystall');
    open.onsuccess = () => done(open.result);
    open.onerror = () => fail(open.error);
  });
  for (let from = 0; from < rows.length || from === 0; from += 5000) {
    const transaction = db.transaction(['stalls', 'bundles', 'hours'], 'readwrite');
    rows.slice(from, from + 5000).forEach((row, index) => {
      const kept = from + index < evidence;
      transaction.objectStore('stalls').put(kept ? { ...row, size: bundle.length, kept: row.began } : row);
      if (kept) transaction.objectStore('bundles').put({ id: row.id, bundle });
    });
    if (from === 0) for (const row of hours.values()) transaction.objectStore('hours').put(row);
    await new Promise((done, fail) => {
      transaction.oncomplete = () => done(undefined);
      transaction.onabort = () => fail(transaction.error);
    });
  }
  db.close();
}
