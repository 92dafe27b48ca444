// The matrix of players and faults: what is played, what can't be, and what falls short.
import assert from 'node:assert/strict';
import { pass, until } from './playback.mjs';

/** As docs/players.md calls them. */
export const PLAYERS = {
  hls: 'hls.js, fragmented MP4',
  'hls-ts': 'hls.js, MPEG-TS',
  dash: 'dash.js, fragmented MP4',
  'dash-webm': 'dash.js, WebM',
  shaka: 'Shaka Player, fragmented MP4',
};

/** The media segment that is tampered with: it begins at 8 s. */
const ONE = 4;
const one = (fault) => (track, number) => (number === ONE && track !== 'audio' ? fault : null);

/** The first media segment of the live stream that the player has not seen listed when it starts, and some more. */
const LIVE = 13;

/**
 * Each fault: what the server or the page does, up to where it is played, and how many stalls it makes if not some.
 * The player keeps 4 s ahead, so that it asks for the media segment at 8 s four seconds before it is due.
 */
export const FAULTS = {
  withheld: { name: 'media segment withheld', until: 12, server: one({ kind: 'withheld', silence: 7000 }) },
  'slow-body': { name: 'slow body', until: 12, server: one({ kind: 'slow-body', spread: 7000 }) },
  // Every one a second longer than it plays. To where none begins or ends: what has just begun the page has not seen yet.
  'slow-first-byte': {
    name: 'slow first bytes', until: 17,
    server: (track, number) => (number >= 3 && track !== 'audio' ? { kind: 'slow-first-byte', silence: 3000 } : null),
  },
  unavailable: { name: 'status 503 for a while', until: 12, server: one({ kind: 'unavailable', status: 503, lasts: 6500 }) },
  hole: { name: 'hole in the stream', until: 14, query: { hole: '' }, server: one({ kind: 'hole', omitted: true }), judge: jumped },
  busy: {
    // Chromium plays a second or three more of sound alone.
    name: 'main thread blocked for longer than the buffer', until: 16, act: block((lead) => lead + 5), judge: busy,
  },
  brief: { name: 'main thread blocked for less than the buffer', until: 9, act: block((lead) => lead / 2), judge: brief },
  live: {
    name: 'live edge reached', until: 27, query: { live: '', buffer: '6' },
    server: (_, number) => (number === LIVE ? { kind: 'not-yet-published', unpublished: 9000 } : null),
  },
  healthy: { name: 'healthy', until: process.env.WHYSTALL_FULL ? 62 : 16, stalls: 0 },
  viewer: {
    name: 'start-up, pause, rate, seek, loop, end', until: 0, stalls: 0, act: watch,
    // Start-up is slow, and so is what the viewer seeks to.
    server: (track, number) => (track !== 'audio' && (number === 0 || number === 30) ? { kind: 'withheld', silence: 2000 } : null),
  },
  licence: {
    // The first is late at start-up, which is no stall; the second is needed at 8 s.
    name: 'licence late', until: 12, query: { keys: '' }, licence: (key) => [2000, 9000][key], act: ({ server }) => server, judge: licensed,
  },
};

/** Cells that cannot be, and why. */
export const IMPOSSIBLE = {
  'hls-ts licence': 'hls.js hands no MPEG-TS to Encrypted Media Extensions',
  'dash-webm licence': 'a track of WebM has one key, which cannot come late in the midst',
};

/** Cells that are known to fall short, in one browser or in both: why, and what the failure says. */
export const GAPS = {};

/** What is played without `--full`. */
export const PART = {
  chromium: [
    'hls live', 'hls viewer', 'hls-ts withheld', 'hls-ts brief', 'dash busy', 'dash licence', 'dash healthy', 'dash-webm slow-body',
    'shaka slow-first-byte', 'shaka unavailable', 'shaka hole',
  ],
  firefox: [
    'hls hole', 'hls viewer', 'hls licence', 'hls-ts slow-body', 'hls-ts live', 'dash unavailable', 'dash brief', 'dash healthy',
    'dash-webm withheld', 'shaka slow-first-byte', 'shaka busy',
  ],
};

/** How far the begin of a stall that nobody could look at may be from where playback came to stand, milliseconds. */
const DATED = 300;

/** Keeps the page's main thread busy for a time that depends on how much there is to play; seconds. */
function block(lasts) {
  return async ({ page, reaches }) => {
    await reaches(6);
    const lead = await page.evaluate(() => demo.video.buffered.end(demo.video.buffered.length - 1) - demo.video.currentTime);
    const truth = await page.evaluate(async (millis) => {
      const { video } = demo;
      const epoch = () => performance.timeOrigin + performance.now();
      const [at, position, buffered] = [epoch(), video.currentTime, video.buffered.end(video.buffered.length - 1)];
      const until = performance.now() + millis;
      while (performance.now() < until);
      const to = epoch();
      // Chromium plays sound beyond the end of the pictures; Firefox does not, and tells late how far it came.
      await new Promise(requestAnimationFrame);
      return { at, position, to, dry: at + 1000 * (Math.max(video.currentTime, buffered) - position) };
    }, 1000 * lasts(lead));
    await reaches(9);
    const after = await page.evaluate(() => ({ at: performance.timeOrigin + performance.now(), position: demo.video.currentTime }));
    return { ...truth, stood: after.at - truth.at - 1000 * (after.position - truth.position) };
  };
}

function busy({ stalls, truth }) {
  assert.deepEqual(stalls.map(({ cause, zones }) => `${cause} ${zones}`), ['cpu-busy device']);
  const [{ began, ended }] = stalls;
  // A busy machine may stop playing before all is played that was there; how long it stood tells later.
  const off = Math.min(...[truth.dry, truth.to - truth.stood].map((dry) => Math.abs(began.wall / 1e3 - dry)));
  assert.ok(off <= DATED, `begin off by ${off} ms; ${JSON.stringify(truth)}`);
  assert.ok(ended.wall / 1e3 >= truth.to - DATED, 'it ended while the thread was blocked');
  return { stalls: 1, began: off };
}

/** The page saw no frame for a while, but playback went on. Where a busy machine made it stand, that is to be found. */
function brief({ stalls: planned, all, truth }) {
  const stood = truth.stood > DATED;
  const stalls = stood ? all : planned;
  assert.equal(stalls.length, stood ? 1 : 0, `it stood for ${Math.round(truth.stood)} ms; said: ${stalls.map(({ cause }) => cause)}`);
  for (const { zones } of stalls) assert.ok(zones.every((zone) => ['device', 'player'].includes(zone)), zones.join());
  return { stalls: stalls.length };
}

/** A player jumps over a hole at once or stands there first: then that is a stall, and nobody is late. */
function jumped({ stalls, record }) {
  const stood = record.stops.filter(({ began, ended }) => ended - began >= 500);
  assert.ok(stalls.length >= Math.min(1, stood.length), `it stood for ${stood.map(({ began, ended }) => Math.round(ended - began))} ms, and nothing was found`);
  for (const { cause, began } of stalls) {
    assert.equal(cause, 'buffer-hole');
    assert.ok(began.media / 1e6 > 7 && began.media / 1e6 < 10.5, `a stall at ${began.media / 1e6} s`);
  }
  return { stalls: stalls.length };
}

/** Some players append what cannot be decrypted yet, others hold it back. Some nudge, so that it stands several times. */
function licensed({ stalls, record, truth: { licences, licenceHost } }) {
  assert.deepEqual(stalls.map(({ cause }) => cause), ['licence-wait']);
  const [{ began, ended, zones, findings }] = stalls;
  assert.ok(!zones.includes('device') && !zones.includes('player') && zones.includes('origin'), zones.join());
  const off = (at, end) => Math.min(...record.stops.map((stop) => Math.abs(at.wall / 1e3 - stop[end])));
  assert.ok(off(began, 'began') <= DATED, `begin off by ${off(began, 'began')} ms`);
  assert.ok(off(ended, 'ended') <= DATED, `end off by ${off(ended, 'ended')} ms`);
  const { requested, answered } = licences.find(({ keys }) => keys.includes(1));
  assert.ok(ended.wall / 1e3 >= answered - DATED, 'it ended without the licence');
  const { took, host } = findings.find(({ id }) => id === 'licence-came').values;
  assert.equal(host.name, licenceHost);
  assert.ok(Math.abs(took.micros / 1e3 - (answered - requested)) <= DATED, `took ${took.micros / 1e3} ms, really ${answered - requested}`);
  return { stalls: 1, began: off(began, 'began'), ended: off(ended, 'ended') };
}

/** What a viewer does, none of which is a stall. */
async function watch({ page, reaches }) {
  const set = (name, value) => page.evaluate((name, value) => void (demo.video[name] = value), name, value);
  await reaches(2);
  await page.click('#play');
  await pass(1500);
  await page.click('#play');
  await reaches(4);
  await set('playbackRate', 1.5);
  await reaches(7);
  await set('playbackRate', 1);
  await set('currentTime', 60.5);
  await reaches(63);
  // dash.js 5 now and then goes back half a second from the end and pauses there, by itself.
  const paused = () => page.evaluate(() => demo.video.paused && !demo.video.seeking && demo.video.currentTime > 89);
  await set('loop', true);
  await set('currentTime', 86);
  const looped = () => page.evaluate(() => demo.video.currentTime > 1 && demo.video.currentTime < 80);
  await until(async () => (await looped()) || (await paused()), 'the loop');
  if (await paused()) await page.evaluate(() => demo.video.play());
  await set('loop', false);
  await set('currentTime', 86);
  await until(async () => (await page.evaluate(() => demo.video.ended)) || (await paused()), 'the end');
  await pass(1500);
}
