// Where real SourceBuffers put what is appended, beside tests/media/placement.json, by which the core is tested.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import { test } from 'node:test';
import { launch } from '../../demo/browsers.mjs';
import { browserName } from './playback.mjs';

const MEDIA = new URL('../media/', import.meta.url);
const cases = JSON.parse(await readFile(new URL('placement.json', MEDIA)));

/** Browsers round, and treat the last sample of a WebM file differently: one sample of these files, in s. */
const SAMPLE = 0.045;

test('media goes where it is expected', async (t) => {
  const server = http.createServer(async (request, response) => {
    const name = new URL(request.url, 'http://localhost').pathname.slice(1);
    // Whatever else a browser asks for is not there.
    const body = name === '' ? '<!doctype html><video></video>' : await readFile(new URL(name, MEDIA)).catch(() => null);
    response.writeHead(body === null ? 404 : 200, { 'content-type': name === '' ? 'text/html' : 'application/octet-stream' });
    response.end(body);
  });
  await new Promise((listens) => server.listen(0, '127.0.0.1', listens));
  const browser = await launch(browserName, { extension: false });
  try {
    const page = await browser.open(`http://127.0.0.1:${server.address().port}/`);
    for (const { name, type, steps, buffered } of cases) {
      await t.test(name, async (t) => {
        const seen = await page.evaluate(play, type, steps);
        if (seen === 'unsupported') {
          t.skip(`${browserName} does not support ${type}`);
          return;
        }
        const offsets = steps.filter((step) => step.append).map((step) => step.at ?? 0);
        assert.ok(close(seen.offsets, offsets), `offsets ${JSON.stringify(seen.offsets)}`);
        assert.ok(close(seen.buffered.flat(), buffered.flat()), `buffered ${JSON.stringify(seen.buffered)}`);
      });
    }
  } finally {
    await browser.close();
    server.close();
  }
});

function close(seen, expected) {
  return seen.length === expected.length && seen.every((value, i) => Math.abs(value - expected[i]) < SAMPLE);
}

/** In the page: takes the steps; `timestampOffset` after each `appendBuffer`, and `buffered` at the end. */
async function play(type, steps) {
  if (!MediaSource.isTypeSupported(type)) return 'unsupported';
  const video = document.querySelector('video');
  const source = new MediaSource();
  video.src = URL.createObjectURL(source);
  const next = (target, type) => new Promise((happens) => target.addEventListener(type, happens, { once: true }));
  await next(source, 'sourceopen');
  const buffer = source.addSourceBuffer(type);
  const offsets = [];
  for (const step of steps) {
    if ('offset' in step) buffer.timestampOffset = step.offset;
    if ('mode' in step) buffer.mode = step.mode;
    if ('type' in step) buffer.changeType(step.type);
    if ('abort' in step) buffer.abort();
    if ('window' in step) {
      [buffer.appendWindowStart, buffer.appendWindowEnd] = [step.window[0], step.window[1] ?? Infinity];
    }
    if ('append' in step) {
      const bytes = await (await fetch(step.append)).arrayBuffer();
      buffer.appendBuffer(bytes.slice(step.from ?? 0, step.to));
      offsets.push(buffer.timestampOffset);
      await next(buffer, 'updateend');
    }
  }
  const ranges = Array.from(buffer.buffered, (_, i) => [buffer.buffered.start(i), buffer.buffered.end(i)]);
  return { offsets, buffered: ranges };
}
