// The players behind one face. Each takes the video, what to play and how, and where to say which media segment it has
// put into its buffer, in its own words. It gives its renditions, a way to keep to one (-1: as it likes), and itself.
'use strict';

/** Requests of a fragment that a player makes before it gives up, so that none gives up before a fault is over. */
const ATTEMPTS = 8;

const CLEAR_KEY = 'org.w3.clearkey';

/** What hls.js asks for: the key that the playlist names, as it does where there is a real protection system. */
function keyOfPlaylist(type, data, { decryptdata: { keyId } }) {
  const kid = btoa(String.fromCharCode(...keyId)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  return { initDataType: 'keyids', initData: new TextEncoder().encode(JSON.stringify({ kids: [kid] })).buffer };
}

const players = {
  hls(video, { stream, buffer, level, strict, licence, cmcd }, segment) {
    const hls = new Hls({
      // A small buffer, so that a late media segment is soon felt.
      maxBufferLength: buffer,
      maxMaxBufferLength: buffer,
      startLevel: level,
      // hls.js starts its worker from a blob, which the strict policy forbids to everyone.
      enableWorker: !strict,
      ...(cmcd && { cmcd: { useHeaders: cmcd === 'headers' } }),
      ...(licence && { emeEnabled: true, drmSystems: { [CLEAR_KEY]: { licenseUrl: licence, generateRequest: keyOfPlaylist } } }),
    });
    hls.on(Hls.Events.FRAG_BUFFERED, (_, { frag }) => {
      for (const [track, held] of Object.entries(frag.elementaryStreams)) {
        if (held && track !== 'audiovideo') segment({ track, number: frag.sn, start: held.startPTS, end: held.endPTS });
      }
    });
    const ready = new Promise((done) => hls.on(Hls.Events.MANIFEST_PARSED, done));
    hls.loadSource(stream);
    hls.attachMedia(video);
    return {
      engine: hls,
      name: 'hls.js',
      home: 'https://github.com/video-dev/hls.js',
      ready,
      renditions: () => hls.levels.map(({ height }) => `${height}p`),
      keepTo: (level) => (hls.loadLevel = level),
    };
  },

  dash(video, { stream, buffer, level, licence, cmcd }, segment) {
    const player = dashjs.MediaPlayer().create();
    player.updateSettings({
      debug: { logLevel: dashjs.Debug.LOG_LEVEL_NONE },
      streaming: {
        buffer: { bufferTimeDefault: buffer, bufferTimeAtTopQuality: buffer, bufferTimeAtTopQualityLongForm: buffer, initialBufferLevel: 0 },
        retryAttempts: { MediaSegment: ATTEMPTS },
        fragmentRequestTimeout: 20_000,
        ...(cmcd && { cmcd: { enabled: true, mode: cmcd === 'headers' ? 'header' : 'query' } }),
        // It takes them for lists of key ids.
        protection: { ignoreEmeEncryptedEvent: true },
      },
    });
    player.on(dashjs.MediaPlayer.events.FRAGMENT_LOADING_COMPLETED, ({ request, response }) => {
      if (request.type !== 'MediaSegment' || !response) return;
      segment({ track: request.mediaType, number: request.index, start: request.startTime, end: request.startTime + request.duration });
    });
    if (licence) player.setProtectionData({ [CLEAR_KEY]: { serverURL: licence, httpTimeout: 20_000 } });
    const ready = new Promise((done) => player.on(dashjs.MediaPlayer.events.STREAM_INITIALIZED, done));
    player.initialize(video, stream, false);
    const renditions = () => player.getRepresentationsByType('video');
    return {
      engine: player,
      name: 'dash.js',
      home: 'https://github.com/Dash-Industry-Forum/dash.js',
      ready,
      renditions: () => renditions().map(({ height }) => `${height}p`),
      keepTo(level) {
        player.updateSettings({ streaming: { abr: { autoSwitchBitrate: { video: level < 0 } } } });
        if (level >= 0) player.setRepresentationForTypeByIndex('video', level);
      },
    };
  },

  shaka(video, { stream, buffer, level, licence, cmcd }, segment) {
    shaka.polyfill.installAll();
    const player = new shaka.Player();
    player.configure({
      abr: { enabled: level < 0 },
      cmcd: { enabled: Boolean(cmcd), useHeaders: cmcd === 'headers' },
      drm: { servers: licence ? { [CLEAR_KEY]: licence } : {} },
      streaming: {
        bufferingGoal: buffer,
        rebufferingGoal: 0.5,
        retryParameters: { maxAttempts: ATTEMPTS, timeout: 20_000, stallTimeout: 15_000, connectionTimeout: 20_000 },
      },
    });
    player.addEventListener('segmentappended', ({ contentType, start, end }) => segment({ track: contentType, start, end }));
    const byHeight = () => player.getVariantTracks().toSorted((a, b) => a.height - b.height);
    const keepTo = (level) => {
      player.configure({ abr: { enabled: level < 0 } });
      if (level >= 0) player.selectVariantTrack(byHeight()[level]);
    };
    const ready = player.attach(video).then(() => player.load(stream));
    return {
      engine: player,
      name: 'Shaka Player',
      home: 'https://github.com/shaka-project/shaka-player',
      ready,
      renditions: () => byHeight().map(({ height }) => `${height}p`),
      keepTo,
    };
  },
};
players['hls-ts'] = players.hls;
players['dash-webm'] = players.dash;
