// Puts the demo's player into a frame of the kind that `?frame=` names.
'use strict';
(() => {
  const query = new URLSearchParams(location.search);
  const kind = query.get('frame');
  query.delete('frame');
  const frame = document.createElement('iframe');
  Object.assign(frame, { id: 'frame', width: 800, height: 600, allow: 'autoplay; fullscreen' });
  if (kind === 'sandboxed') frame.sandbox = 'allow-scripts';
  // Another site, as embedded players are: localhost and 127.0.0.1 have nothing in common but the machine.
  const origin = kind === 'otherSite' ? location.origin.replace('localhost', '127.0.0.1') : location.origin;
  const written = kind === 'blank' || kind === 'srcdoc';
  if (!written) frame.src = `${origin}/?${query}`;
  // A written page has no address to take its options from, so it has a player of its own.
  const html = `<!doctype html><body><video id="video" muted playsinline width="640"></video>
    ${['hls', 'players', 'recorder'].map((name) => `<script src="${location.origin}/${name}.js"></script>`).join('')}<script>
      const video = document.getElementById('video');
      const record = recordPlayback(video);
      window.demo = { video, record };
      const options = { stream: ${JSON.stringify(query.get('stream'))}, buffer: 4, level: 0 };
      const player = players.hls(video, options, (segment) => record.segments.push(segment));
      // It keeps to one quality, like the demo's.
      player.ready.then(() => (player.keepTo(0), video.play()));
    </script>`;
  if (kind === 'srcdoc') frame.srcdoc = html;
  document.body.append(frame);
  if (kind === 'blank') {
    const { document: inside } = frame.contentWindow;
    inside.open();
    inside.write(html);
    inside.close();
  }
  // The tests pause the page's player before they look at what was recorded.
  window.demo = { video: { pause() {} } };
})();
