// Appends media segment after media segment, a pause between them so that each finds the processor's caches cold, and
// times each call twice: the browser's own inside, all of it outside. What lies between is the hook's.
//
// The page replaces `appendBuffer` before the probe does (that waits for the first MediaSource), so that the probe hooks
// the page's timer around the browser's own. Half of the calls, by lot, go to the timer directly: A/A.
'use strict';
(() => {
  const { prototype } = SourceBuffer;
  const own = prototype.appendBuffer;
  let inner = 0;
  prototype.appendBuffer = function appendBuffer(data) {
    const began = performance.now();
    own.call(this, data);
    inner = performance.now() - began;
  };
  const timed = prototype.appendBuffer;
  const happened = (target, type) => new Promise((done) => target.addEventListener(type, done, { once: true }));
  const get = async (name) => (await fetch(name)).arrayBuffer();

  /** Gives `hooked`: whether there was a hook; `calls`: for each, by which way, and both times in ms. */
  window.measure = async (mime, segments, seconds, appends, pause) => {
    const video = document.querySelector('video');
    const source = new MediaSource();
    video.src = URL.createObjectURL(source);
    await happened(source, 'sourceopen');
    const buffer = source.addSourceBuffer(mime);
    const init = await get('init');
    const media = await Promise.all(Array.from({ length: segments }, (_, i) => get(`segment-${i}`)));
    const calls = [];
    buffer.appendBuffer(init);
    await happened(buffer, 'updateend');
    for (let i = 0; i < appends; i += 1) {
      // Each append has memory of its own, as a response has.
      const data = media[i % segments].slice(0);
      buffer.timestampOffset = Math.floor(i / segments) * segments * seconds;
      await new Promise((done) => setTimeout(done, pause));
      const hooked = Math.random() < 0.5;
      const call = hooked ? buffer.appendBuffer : timed;
      const began = performance.now();
      call.call(buffer, data);
      const outer = performance.now() - began;
      calls.push([hooked, inner, outer]);
      await happened(buffer, 'updateend');
      if (i % 10 === 9) {
        buffer.remove(0, (i - 2) * seconds);
        await happened(buffer, 'updateend');
      }
    }
    return { hooked: prototype.appendBuffer !== timed, isolated: crossOriginIsolated, calls };
  };
})();
