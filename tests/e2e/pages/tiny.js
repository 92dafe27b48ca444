// A player that fetches one media segment of its playlist after the other and appends it, pictures only, `?ahead=` seconds
// ahead.
// `?retry=` how long it waits after an append that was refused, milliseconds.
// `?steps=` plays sound too, and takes so many steps of a timer over each media segment before it appends it.
// `?skip=` a media segment that it leaves out; it jumps over the hole when it has stood there for two seconds.
// `?licence=` where it asks for the keys of an encrypted stream, `?keeps=` how long it keeps those after the first to itself,
// milliseconds. `demo.ahead` and `demo.skip` say the same while it plays; while `demo.full` is true, the buffer is full.
'use strict';
(() => {
  const PATIENCE = 2000;
  /** Milliseconds between two looks of a player that works by a timer. */
  const STEP = 20;
  const query = new URLSearchParams(location.search);
  const retry = Number(query.get('retry') ?? 500);
  const steps = Number(query.get('steps') ?? 0);
  const video = document.querySelector('video');
  const [ahead, skip] = [Number(query.get('ahead') ?? 6), Number(query.get('skip') ?? -1)];
  const demo = (window.demo = { video, ahead, skip, full: false, refused: [], record: recordPlayback(video) });

  // The browser's own limit is a hundred megabytes away. What a full buffer looks like to a page is the same.
  const { appendBuffer } = SourceBuffer.prototype;
  SourceBuffer.prototype.appendBuffer = function (data) {
    if (demo.full) throw new DOMException('The buffer is full', 'QuotaExceededError');
    return appendBuffer.call(this, data);
  };

  // Where a tab is hidden there are no frames to wait for.
  const waiting = [];
  const next = (look) => (steps ? waiting.push(look) : requestAnimationFrame(look));
  if (steps) setInterval(() => waiting.splice(0).forEach((look) => look()), STEP);
  const until = (ask) =>
    new Promise((done) => {
      const look = () => (ask() ? done() : next(look));
      look();
    });
  const happened = (target, type) => new Promise((done) => target.addEventListener(type, done, { once: true }));
  const licence = query.get('licence');
  if (licence) askForKeys(video, licence);

  const source = new MediaSource();
  video.src = URL.createObjectURL(source);
  play();

  async function play() {
    await happened(source, 'sourceopen');
    const pictures = track('540p', 'video/mp4; codecs="avc1.64001f"');
    const tracks = steps ? [pictures, track('sound', 'audio/mp4; codecs="mp4a.40.2"')] : [pictures];
    await Promise.all(tracks.map(({ begin }) => begin()));
    video.play();
    jumpOverHoles();
    for (const { go } of tracks) go();
  }

  function track(name, type) {
    const buffer = source.addSourceBuffer(type);
    const get = async (file) => new Uint8Array(await (await fetch(new URL(`${name}/${file}`, query.get('stream')))).arrayBuffer());
    /** As players ask for playlists: what `fetch` brings as text Whystall does not see. */
    const listed = async () => {
      const request = new XMLHttpRequest();
      request.open('GET', new URL(`${name}/index.m3u8`, query.get('stream')));
      request.send();
      await happened(request, 'load');
      return request.responseText.split('\n').filter((line) => line && !line.startsWith('#'));
    };
    const append = async (data) => {
      for (;;) {
        try {
          const before = end(buffer);
          buffer.appendBuffer(data);
          await happened(buffer, 'updateend');
          return note(before);
        } catch (error) {
          const failed = performance.now();
          demo.refused.push({ at: performance.timeOrigin + failed, name: error.name });
          await until(() => performance.now() - failed > retry);
        }
      }
    };
    // A piece that does not follow the last begins where its own stretch does.
    const note = (before) => {
      if (end(buffer) <= before) return;
      const start = Math.max(before, buffer.buffered.start(buffer.buffered.length - 1));
      demo.record.segments.push({ track: name === '540p' ? 'video' : 'audio', start, end: end(buffer) });
    };
    const hand = async (data) => {
      for (let step = 0; step < steps; step += 1) await new Promise(next);
      await append(data);
    };
    let names;
    return {
      async begin() {
        names = await listed();
        await append(await get('init.mp4'));
      },
      async go() {
        for (const [number, name] of names.entries()) {
          if (number === demo.skip) continue;
          await until(() => end(buffer) - video.currentTime < demo.ahead);
          await hand(await get(name));
        }
      },
    };
  }

  const end = ({ buffered }) => (buffered.length ? buffered.end(buffered.length - 1) : 0);

  /** Encrypted Media Extensions as plain as can be: a session for each key that the media announce. */
  async function askForKeys(video, licence) {
    const known = new Set();
    const capability = { contentType: 'video/mp4; codecs="avc1.64001f"' };
    const ready = navigator
      .requestMediaKeySystemAccess('org.w3.clearkey', [{ initDataTypes: ['cenc'], videoCapabilities: [capability] }])
      .then((access) => access.createMediaKeys());
    ready.then((keys) => video.setMediaKeys(keys));
    video.addEventListener('encrypted', async ({ initDataType, initData }) => {
      const name = new Uint8Array(initData).join();
      if (known.has(name)) return;
      known.add(name);
      const keeps = known.size > 1 ? Number(query.get('keeps') ?? 0) : 0;
      const session = (await ready).createSession();
      session.addEventListener('message', async ({ message }) => {
        const answer = await fetch(licence, { method: 'POST', body: message });
        const given = await answer.arrayBuffer();
        const came = performance.now();
        await until(() => performance.now() - came >= keeps);
        session.update(given);
      });
      session.generateRequest(initDataType, initData);
    });
  }

  async function jumpOverHoles() {
    let stands = 0;
    let last = -1;
    for (;;) {
      await new Promise(requestAnimationFrame);
      if (video.currentTime !== last) stands = performance.now();
      last = video.currentTime;
      if (performance.now() - stands < PATIENCE) continue;
      for (let i = 0; i < video.buffered.length; i += 1) {
        if (video.buffered.start(i) <= last) continue;
        video.currentTime = video.buffered.start(i);
        break;
      }
    }
  }
})();
