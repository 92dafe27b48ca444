// Encrypted streams, with a plain page's own Encrypted Media Extensions: a key that comes late is the licence's fault, and
// whose that is. What each player makes of it is in the matrix.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { browserName, closing, pass, play, until } from './playback.mjs';

/** A page that fetches seven seconds ahead, and asks for the second key, needed at 8 s, when it has played two: while it waits
 * for that, it asks for media after a little more than one second, three, and five. */
const tiny = { file: '/tiny.html', pages: [fileURLToPath(new URL('pages', import.meta.url))] };

/** How far the begin and end of a stall may be from when the page's clock stood still, milliseconds. */
const DATED = 300;

/** How far a licence's time may be from the server's: it has not been on the way yet, or no more, milliseconds. */
const ON_THE_WAY = 300;

const late = (first, second) => (key) => [first, second][key];

const explained = ({ cause, kind }) => `${cause} ${kind}`;

describe(`encrypted streams in ${browserName}`, () => {
  const keyed = (name, { licence, query }, act) =>
    test(name, async () => {
      await closing(await play({ ...tiny, licence, query: { keys: '', ahead: '6.9', ...query } }), act);
    });

  keyed('a licence that is late at start-up is no stall', { licence: late(4000, 0) }, async ({ server, reaches, verdicts }) => {
    await reaches(11);
    assert.deepEqual(server.licences.map(({ keys }) => keys), [[0], [1]]);
    assert.deepEqual((await verdicts(0)).map(explained), []);
  });

  keyed('a licence that is late in the midst', { licence: late(0, 9_300) }, async ({ server, page, reaches, verdicts }) => {
    await reaches(7);
    const stood = await page.evaluate(standstill);
    await reaches(11);
    const stalls = await verdicts(1);
    assert.deepEqual(stalls.map(explained), ['licence-wait frozen']);
    const [{ began, ended, zones, findings, cleared }] = stalls;
    assert.ok(Math.abs(began.wall / 1e3 - stood.began) <= DATED, `begin off by ${began.wall / 1e3 - stood.began} ms`);
    assert.ok(Math.abs(ended.wall / 1e3 - stood.ended) <= DATED, `end off by ${ended.wall / 1e3 - stood.ended} ms`);
    // The video's own requests went on, every two seconds, so home and access let everything through; and its server, which is
    // another, has no licences.
    assert.deepEqual(zones, ['interconnect', 'origin']);
    assert.deepEqual(cleared, ['device', 'player', 'home', 'access', 'edge']);
    const came = findings.find(({ id }) => id === 'licence-came').values;
    assert.equal(came.host.name, server.licenceHost);
    const { requested, answered } = server.licences[1];
    assert.ok(Math.abs(came.took.micros / 1e3 - (answered - requested)) <= ON_THE_WAY, `took ${came.took.micros / 1e3} ms, really ${answered - requested}`);
    assert.ok(findings.some(({ id }) => id === 'others-prompt'));
  });

  keyed('a licence that the page keeps to itself', { query: { keeps: '9300' } }, async ({ reaches, verdicts }) => {
    await reaches(11);
    const stalls = await verdicts(1);
    assert.deepEqual(stalls.map(explained), ['licence-wait frozen']);
    const [{ zones, findings }] = stalls;
    // It cannot be known that no other request was needed; but the one that was seen is not to blame.
    assert.deepEqual(zones, ['player', 'interconnect', 'edge', 'origin']);
    assert.equal(findings.find(({ id }) => id === 'licence-came').values.host, undefined);
  });

  keyed('a licence that never comes', { licence: late(0, 600_000) }, async ({ server, page, reaches, verdicts }) => {
    await reaches(7);
    await until(() => page.evaluate(() => demo.video.readyState < 3), 'playback to stand still');
    await pass(3000);
    // Pausing ends it.
    const [stall] = await verdicts(1);
    assert.equal(explained(stall), 'licence-wait frozen');
    assert.equal(stall.ending, 'viewer');
    const awaited = stall.findings.find(({ id }) => id === 'licence-awaited').values;
    assert.equal(awaited.host.name, server.licenceHost);
    const waits = stall.ended.wall / 1e3 - server.licences[1].requested;
    assert.ok(Math.abs(awaited.since.micros / 1e3 - waits) <= ON_THE_WAY, `since ${awaited.since.micros / 1e3} ms, really ${waits}`);
  });
});

/** When the clock of the video next stands still, and when it goes on. Runs in the page. */
async function standstill() {
  const epoch = () => performance.timeOrigin + performance.now();
  let last = { at: epoch(), position: demo.video.currentTime };
  let began = null;
  for (;;) {
    await new Promise(requestAnimationFrame);
    const now = { at: epoch(), position: demo.video.currentTime };
    if (now.position !== last.position) {
      if (began !== null) return { began, ended: now.at };
      last = now;
    } else if (now.at - last.at > 500) began = last.at;
  }
}
