import assert from 'node:assert/strict';
import { test } from 'node:test';

// history.js looks for the browser's interfaces when it is loaded, and uses none of them here.
const { ImportError, fromJson, toCsv, toJson } = await import('./archive.js');

const stall = {
  id: 'a'.repeat(64), began: 1_700_000_000_000, duration: 3_400_000, position: 12_000_000, kind: 'starved', cause: 'slow-transfer',
  zones: ['home', 'access'], byZone: { home: 1, access: 2 }, host: 'cdn.example', site: 'video.example:8080', network: '', size: 0,
};
const hour = {
  site: 'video.example:8080', network: '', hour: 472_222, played: 60_000_000, reduced: 0, starts: 1, startUp: 900_000,
  sets: [[12, 1, 3_400_000]],
};
const report = JSON.stringify({
  stalls: [{
    began: { wall: stall.began * 1000, media: stall.position }, duration: stall.duration, kind: stall.kind, cause: stall.cause,
    zones: stall.zones, by_zone: [{ zone: 'home', direct: 1, believed: 0 }, { zone: 'access', direct: 0, believed: 2 }],
    blocking: [{ host: null }, { host: stall.host }],
  }],
});
const verify = async (bundle) => ({ id: bundle.slice(0, 64), report });
const file = (changed = {}) => toJson({ hours: [hour], stalls: [stall], bundles: [], ...changed }).join('');

test('what is written is read again, with its evidence', async () => {
  const bundles = [{ id: stall.id, bundle: `${stall.id}…` }];
  // A row that says otherwise than its evidence gives way.
  const kept = { ...stall, cause: 'frozen', size: 65, kept: 1_700_000_000_500 };
  const read = await fromJson(file({ stalls: [kept], bundles }), verify);
  // When evidence was stored is for whoever stores it to say, and what stalled is counted anew.
  assert.deepEqual(read, { hours: [{ ...hour, sets: [] }], stalls: [stall], bundles, refused: 0 });
});

test('evidence that is not what it says, or of nothing, is left out and counted', async () => {
  const bundles = [{ id: stall.id, bundle: 'b'.repeat(64) }, { id: 'c'.repeat(64), bundle: 'c'.repeat(64) }, {}, null];
  const read = await fromJson(file({ bundles }), verify);
  assert.deepEqual([read.bundles, read.refused], [[], 4]);
});

test('what is none is refused', async () => {
  const wrong = [
    '', '{}', '[]', 'null', file().replace('"version":1', '"version":2'), file().replace('history', 'story'),
    file({ stalls: [{ ...stall, id: '../x' }] }), file({ stalls: [{ ...stall, began: -1 }] }),
    file({ stalls: [{ ...stall, duration: 1.5 }] }), file({ stalls: [{ ...stall, zones: ['isp'] }] }),
    file({ stalls: [{ ...stall, cause: '<b>' }] }), file({ stalls: [{ ...stall, site: 'https://video.example/x' }] }),
    file({ stalls: [{ ...stall, site: 'x'.repeat(300) }] }), file({ stalls: [null] }), file({ hours: [{}] }),
    file({ hours: [{ ...hour, played: 1e300 }] }), file({ hours: [7] }),
    file().replace('"stalls":[', '"stalls":{').replace('],"bundles"', '},"bundles"'),
  ];
  for (const text of wrong) await assert.rejects(fromJson(text, verify), ImportError, text.slice(0, 200));
});

test('a table for spreadsheets', () => {
  const lines = toCsv([{ ...stall, host: 'a"b' }, { ...stall, began: 0, cut: true, kept: 5 }]).join('').split('\r\n');
  assert.equal(lines[0], '"began","duration_s","site","media_host","network","kind","cause","zones","position_s","cut_short","evidence"');
  assert.equal(lines[1], `"1970-01-01T00:00:00.000Z","3.4","video.example:8080","cdn.example","","starved","slow-transfer","home access","12","yes","${stall.id}"`);
  assert.match(lines[2], /"a""b"/);
  assert.equal(lines.length, 4);
});
