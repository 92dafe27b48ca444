import assert from 'node:assert/strict';
import { test } from 'node:test';

// history.js looks for the browser's interfaces when it is loaded, and uses none of them here.
const { IMPORT_LIMIT, ImportError, fromJson, toCsv, toJson } = await import('./archive.js');
const { isHour, isRow } = await import('./records.js');

const stall = {
  id: 'a'.repeat(64), began: 1_700_000_000_000, duration: 3_400_000, position: 12_000_000, kind: 'starved', cause: 'slow-transfer',
  zones: ['home', 'access'], byZone: { home: 1, access: 2 }, host: 'cdn.example', site: 'video.example:8080', network: '', size: 0,
};
const hour = {
  site: 'video.example:8080', network: '', hour: 472_222, played: 60_000_000, reduced: 0, starts: 1, startUp: 900_000,
  sets: [[12, 1, 3_400_000]],
};
const mark = { day: 20_000, kind: 'router', note: 'moved to the hall' };
const report = JSON.stringify({
  stalls: [{
    began: { wall: stall.began * 1000, media: stall.position }, duration: stall.duration, kind: stall.kind, cause: stall.cause,
    zones: stall.zones, by_zone: [{ zone: 'home', direct: 1, believed: 0 }, { zone: 'access', direct: 0, believed: 2 }],
    blocking: [{ host: null }, { host: stall.host }],
  }],
});
const verify = async (bundle) => ({ id: bundle.slice(0, 64), report });
const file = async (changed = {}) => (await toJson({ hours: [hour], stalls: [stall], bundles: [], ...changed })).join('');

test('what is written is read again, with its evidence', async () => {
  const bundles = [{ id: stall.id, bundle: `${stall.id}…` }];
  // A row that says otherwise than its evidence gives way.
  const kept = { ...stall, cause: 'frozen', size: 65, kept: 1_700_000_000_500 };
  const read = await fromJson(await file({ stalls: [kept], bundles }), verify);
  // When evidence was stored is for whoever stores it to say, and what stalled is counted anew.
  assert.deepEqual(read, { hours: [{ ...hour, sets: [] }], stalls: [stall], bundles, refused: 0, undated: 0, marks: [], networks: [] });
});

test('evidence that is not what it says, or of nothing, is left out and counted', async () => {
  const bundles = [{ id: stall.id, bundle: 'b'.repeat(64) }, { id: 'c'.repeat(64), bundle: 'c'.repeat(64) }, {}, null];
  const read = await fromJson(await file({ bundles }), verify);
  assert.deepEqual([read.bundles, read.refused], [[], 4]);
});

test('what no date can be shown of is left out and counted, whatever its row says', async () => {
  const hours = [hour, { ...hour, hour: 3 }, { ...hour, hour: Number.MAX_SAFE_INTEGER }];
  const others = ['b', 'c'].map((id, i) => ({ ...stall, id: id.repeat(64), began: [5000, Number.MAX_SAFE_INTEGER][i] }));
  const read = await fromJson(await file({ hours, stalls: [stall, ...others] }), verify);
  assert.deepEqual([read.hours.length, read.stalls.map(({ id }) => id), read.undated], [1, [stall.id], 4]);
  // The evidence counts from its first fact; the row in the file pretends.
  const counting = JSON.parse(report);
  counting.stalls[0].began.wall = 7_000_000;
  const bundles = [{ id: stall.id, bundle: stall.id }];
  const none = await fromJson(await file({ bundles }), async (bundle) => ({ id: bundle, report: JSON.stringify(counting) }));
  assert.deepEqual([none.stalls, none.bundles, none.refused, none.undated], [[], [], 0, 1]);
});

test('what is none is refused, and says why', async () => {
  const whole = await file();
  const wrong = {
    none: ['', 'PK\x03\x04', '\x1f\x8b\b', '[', '{}', '[]', 'null', '7', whole.replace('history', 'story')],
    cut: [whole.slice(0, -3), whole.slice(0, whole.length / 2), `${whole}x`, '{"format":"whystall-history","version":2,"hours":'.padEnd(1e6, '[')],
    newer: [whole.replace('"version":2', '"version":3')],
    row: [
      ...(await Promise.all([
        { stalls: [{ ...stall, id: '../x' }] }, { stalls: [{ ...stall, began: -1 }] }, { stalls: [{ ...stall, duration: 1.5 }] },
        { stalls: [{ ...stall, zones: ['isp'] }] }, { stalls: [{ ...stall, cause: '<b>' }] },
        { stalls: [{ ...stall, site: 'https://video.example/x' }] }, { stalls: [{ ...stall, site: 'x'.repeat(300) }] }, { stalls: [null] },
        { hours: [{}] }, { hours: [{ ...hour, played: 1e300 }] }, { hours: [7] },
        { marks: [{ ...mark, day: 1.5 }] }, { marks: [{ ...mark, kind: 'moon' }] }, { networks: [{ id: '<b>', name: '' }] },
      ].map(file))),
      JSON.stringify({ ...JSON.parse(whole), stalls: {} }),
    ],
  };
  for (const [kind, texts] of Object.entries(wrong)) {
    for (const text of texts) await assert.rejects(fromJson(text, verify), (error) => error instanceof ImportError && error.kind === kind, text.slice(0, 200));
  }
  const most = 'x'.repeat(IMPORT_LIMIT + 1);
  await assert.rejects(fromJson(most, verify), ({ kind }) => kind === 'large');
});

test('whatever is in a file, what comes of it can be shown, or it is refused', async () => {
  const values = [null, true, -1, 0.5, 1e300, '', 'x', '\u202e', [], {}, [[]], [[1, 2, 3]], 9e15, 2 ** 31];
  const bundles = [{ id: stall.id, bundle: stall.id }];
  const whole = JSON.parse(await file({ marks: [mark], networks: [{ id: 'b7', name: 'Home' }], bundles }));
  let taken = 0;
  /** Puts each value in each place, one at a time. */
  for (const path of places(whole)) {
    for (const value of values) {
      const text = JSON.stringify(replaced(whole, path, value));
      const read = await fromJson(text, verify).catch((error) => assert.ok(error instanceof ImportError, `${error.stack} ${text}`));
      if (!read) continue;
      taken += 1;
      assert.ok(read.stalls.every(isRow) && read.hours.every(isHour), text);
      const again = await fromJson((await toJson(read)).join(''), verify);
      assert.deepEqual({ ...again, refused: 0, undated: 0 }, { ...read, refused: 0, undated: 0 });
    }
  }
  assert.ok(taken > 50, `${taken}`);
});

test('reading and writing can be followed, and ended', async () => {
  const bundles = [{ id: stall.id, bundle: stall.id }, {}];
  const text = await file({ bundles });
  const steps = [];
  await fromJson(text, verify, (done, all) => void steps.push([done, all]));
  assert.deepEqual(steps, [[0, 2], [1, 2]]);
  const end = (/** @type {number} */ done) => {
    if (done === 1) throw new Error('enough');
  };
  await assert.rejects(fromJson(text, verify, end), /enough/);
  await assert.rejects(toJson({ hours: [hour, hour], stalls: [], bundles: [] }, end), /enough/);
});

/** The paths to all there is in it. */
function* places(whole, path = []) {
  yield path;
  if (whole === null || typeof whole !== 'object') return;
  for (const key of Object.keys(whole)) yield* places(whole[key], [...path, key]);
}

function replaced(whole, [key, ...path], value) {
  if (key === undefined) return value;
  const copy = Array.isArray(whole) ? [...whole] : { ...whole };
  copy[key] = replaced(whole[key], path, value);
  return copy;
}

test('marks and networks go with it, and a file of version 1 has none', async () => {
  const networks = [{ id: 'b7', name: 'Home', plan: { down: 50 } }];
  const there = await fromJson(await file({ stalls: [{ ...stall, network: 'b7' }], marks: [{ ...mark, id: 'x' }], networks }), verify);
  assert.deepEqual([there.marks, there.networks, there.stalls[0].network], [[mark], [{ id: 'b7', name: 'Home' }], 'b7']);
  const old = { format: 'whystall-history', version: 1, hours: [hour], stalls: [stall], bundles: [] };
  assert.deepEqual(await fromJson(JSON.stringify(old), verify), { hours: [{ ...hour, sets: [] }], stalls: [stall], bundles: [], refused: 0, undated: 0, marks: [], networks: [] });
});

test('a table for spreadsheets', () => {
  const lines = toCsv([{ ...stall, host: 'a"b' }, { ...stall, began: 0, cut: true, kept: 5 }]).join('').split('\r\n');
  assert.equal(lines[0], '"began","duration_s","site","media_host","network","kind","cause","zones","position_s","cut_short","evidence"');
  assert.equal(lines[1], `"1970-01-01T00:00:00.000Z","3.4","video.example:8080","cdn.example","","starved","slow-transfer","home access","12","yes","${stall.id}"`);
  assert.match(lines[2], /"a""b"/);
  assert.equal(lines.length, 4);
});
