// Players that get their media in ways of their own: `?service=` from where, `?how=` (below), `?of=` which
// representations, `?element=` what plays them, `?players=` so many side by side, each called by a letter when it asks.
'use strict';
(() => {
  /** Seconds that a player keeps ahead. */
  const AHEAD = 6;
  /** Media segments in one answer to a question. */
  const IN_ONE = 2;
  const query = new URLSearchParams(location.search);
  const service = query.get('service');
  const how = query.get('how') ?? 'plain';
  const of = (query.get('of') ?? '540p,sound').split(',');
  const types = of.map((name) => (name === 'sound' ? 'audio/mp4; codecs="mp4a.40.2"' : 'video/mp4; codecs="avc1.64001f"'));
  const happened = (target, type) => new Promise((done) => target.addEventListener(type, done, { once: true }));

  /** Ways to get media: each gives pieces of the tracks, from a media segment on, and how many media segments those are. */
  const ways = {
    /** Questions to one address; an answer has pieces of all tracks in one body. */
    post: {
      all: true,
      count: IN_ONE,
      async *get(who, from) {
        const question = JSON.stringify({ who, of, from, count: IN_ONE });
        const body = await (await fetch(`${service}/answer`, { method: 'POST', body: question })).arrayBuffer();
        const view = new DataView(body);
        for (let at = 0; at < body.byteLength; ) {
          const [track, length] = [view.getUint8(at), view.getUint32(at + 1)];
          yield [track, new Uint8Array(body, at + 5, length)];
          at += 5 + length;
        }
      },
    },
    /** Bodies appended in pieces, as they come. */
    stream: each(async function* (url) {
      const reader = (await fetch(url)).body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        yield value;
      }
    }),
    /** A worker fetches. */
    worker: each(async function* (url) {
      const id = (asked += 1);
      worker ??= new Worker('shapes-worker.js');
      worker.postMessage({ id, url });
      for (;;) {
        const { data } = await happened(worker, 'message');
        if (data.id !== id) continue;
        yield data.bytes;
        return;
      }
    }),
    /** One request at a time: the next track's is made when what this one's brought is appended. */
    turns: {
      all: true,
      count: 1,
      async *get(who, from) {
        for (const only of of.keys()) yield* ways.plain.get(who, from, only);
      },
    },
    /** As most do. */
    plain: each(async function* (url) {
      yield (await fetch(url)).arrayBuffer();
    }),
  };
  let worker;
  let asked = 0;

  /** An address for each media segment of each track, and for each track a loop of its own, as most players have it. */
  function each(bytes) {
    return {
      count: 1,
      async *get(who, from, only) {
        const address = `${service}/${who}/${of[only]}`;
        if (from === 0) for await (const piece of bytes(`${address}/init`)) yield [only, piece];
        for await (const piece of bytes(`${address}/${from}`)) yield [only, piece];
      },
    };
  }

  async function play(video, who) {
    const source = new MediaSource();
    video.src = URL.createObjectURL(source);
    await happened(source, 'sourceopen');
    const buffers = types.map((type) => source.addSourceBuffer(type));
    const { all } = ways[how];
    for (const track of all ? [undefined] : buffers.keys()) fill(video, who, buffers, track);
  }

  /** Fetches and appends what one track needs, or all of them. */
  async function fill(video, who, buffers, track) {
    const { count, get } = ways[how];
    const its = track === undefined ? buffers : [buffers[track]];
    const end = () => Math.min(...its.map(({ buffered }) => (buffered.length ? buffered.end(buffered.length - 1) : 0)));
    for (let from = 0; ; from += count) {
      while (end() - video.currentTime >= AHEAD) await happened(video, 'timeupdate');
      for await (const [to, bytes] of get(who, from, track)) {
        const updated = happened(buffers[to], 'updateend');
        buffers[to].appendBuffer(bytes);
        await updated;
      }
    }
  }

  const videos = Array.from({ length: Number(query.get('players') ?? 1) }, () => {
    const video = document.createElement(query.get('element') ?? 'video');
    Object.assign(video, { muted: true, width: 480, height: 270, autoplay: true, controls: true });
    document.body.append(video);
    return video;
  });
  const [video] = videos;
  const records = videos.map(recordPlayback);
  window.demo = { video, videos, record: records[0], records };
  videos.forEach((video, i) => play(video, 'abc'[i]));
})();
