// What of the texts that a page makes is handed over.
import assert from 'node:assert/strict';
import { test } from 'node:test';

class Request {
  readyState_ = 4;
  get readyState() {
    return this.readyState_;
  }
  get responseURL() {
    return 'https://a.example/index.m3u8';
  }
}
globalThis.XMLHttpRequest = Request;
const { watchManifests } = await import('./manifests.js');

/** What is told when the page reads and decodes these. */
function watching() {
  const told = [];
  const seen = {};
  const { reopened } = watchManifests({
    method: (_, name, look) => (seen[name] = look),
    getter: (_, name, look) => (seen[name] = look),
    tell: (fact) => told.push(fact),
  });
  const decoded = (text, ...args) => seen.decode(1, {}, args, text);
  return { told, reopened, decoded, got: (request, text, name = 'responseText') => seen[name](1, request, text) };
}

const LIST = '#EXTM3U\n#EXTINF:2,\na.ts\n';

test('a manifest is handed over once for each request, and nothing else is', () => {
  const { told, reopened, got } = watching();
  const request = new Request();
  for (const text of ['', '{"#EXTM3U": 1}', '<html><body>', null, new ArrayBuffer(8)]) got(request, text);
  request.readyState_ = 3;
  got(request, LIST);
  request.readyState_ = 4;
  assert.deepEqual(told, []);
  got(request, LIST);
  got(request, LIST, 'response');
  const fact = { k: 'manifest', t: 1, url: 'https://a.example/index.m3u8', text: LIST };
  assert.deepEqual(told, [fact]);
  reopened(request);
  got(request, LIST);
  assert.deepEqual(told, [fact, fact]);
});

test('what is decoded has no address, and a piece of a stream is not looked at', () => {
  const { told, decoded } = watching();
  decoded('\n <?xml version="1.0"?><!-- <MP --><MPD type="static"/>', new Uint8Array(1));
  decoded(LIST, new Uint8Array(1), { stream: true });
  assert.deepEqual(told.map(({ url, text }) => [url, text.slice(-6)]), [['', 'ic"/>'.padStart(6, 't')]]);
});

test('of a long playlist its ends go, in whole lines; of what is long otherwise all or nothing', () => {
  const { told, decoded } = watching();
  const lines = Array.from({ length: 5000 }, (_, i) => `#EXTINF:2,\nsegment-${i}.ts`);
  decoded(['#EXTM3U', '#EXT-X-MEDIA-SEQUENCE:7', ...lines, ''].join('\n'));
  const [{ text }] = told;
  assert.ok(text.length < 17_000, `${text.length}`);
  const [beginning, end] = text.split('\n#WHYSTALL-CUT\n');
  assert.match(beginning, /^#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:7\n[^]*(\.ts|2,)$/);
  assert.match(end, /^(#EXTINF|segment-)[^]*\nsegment-4999\.ts\n$/);
  decoded(`<MPD>${'x'.repeat(100_000)}`);
  assert.equal(told[1].text.length, 100_005);
  // Of a film more of the beginning, and all of a shorter one.
  decoded(['#EXTM3U', ...lines, '#EXT-X-ENDLIST'].join('\n'));
  const [begins, ends] = told.pop().text.split('\n#WHYSTALL-CUT\n');
  assert.ok(begins.length > 65_000 && begins.length <= 65_536, `${begins.length}`);
  assert.match(ends, /segment-4999\.ts\n#EXT-X-ENDLIST$/);
  const short = ['#EXTM3U', ...lines.slice(0, 2500), '#EXT-X-ENDLIST'].join('\n');
  decoded(short);
  assert.equal(told.pop().text, short);
  decoded(`<MPD>${'x'.repeat(300_000)}`);
  decoded(`#EXTM3U\n${'#EXT-X-STREAM-INF:BANDWIDTH=1\nx\n'.repeat(20_000)}`);
  assert.equal(told.length, 2);
});
