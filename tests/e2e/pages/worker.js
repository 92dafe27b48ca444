// Fetches one media segment after the other and appends it, pictures only, six seconds ahead of where playback is.
'use strict';
const AHEAD = 6;
let started = false;
let position = 0;
let moved = () => {};

onmessage = ({ data }) => {
  position = data.position;
  moved();
  if (started) return;
  started = true;
  if (!globalThis.MediaSource?.canConstructInDedicatedWorker) postMessage({ supported: false });
  else play(data.base);
};

async function play(base) {
  const get = async (name) => (await fetch(new URL(name, base))).arrayBuffer();
  const happened = (target, type) => new Promise((done) => target.addEventListener(type, done, { once: true }));
  const source = new MediaSource();
  const { handle } = source;
  postMessage({ supported: true, handle }, [handle]);
  await happened(source, 'sourceopen');
  const buffer = source.addSourceBuffer('video/mp4; codecs="avc1.64001f"');
  const append = (data) => {
    buffer.appendBuffer(data);
    return happened(buffer, 'updateend');
  };
  await append(await get('init.mp4'));
  const end = () => (buffer.buffered.length ? buffer.buffered.end(buffer.buffered.length - 1) : 0);
  for (let number = 0; ; number += 1) {
    while (end() - position >= AHEAD) await new Promise((done) => (moved = done));
    await append(await get(`segment-${String(number).padStart(3, '0')}.m4s`));
  }
}
