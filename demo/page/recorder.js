// The page's own record of what it saw, independent of any extension: gaps between frames, media segments as the
// player names them, what was added beside the page's body, policy violations. Times are milliseconds since the epoch.
'use strict';

/** Frames that follow each other at least this far apart are noted, milliseconds (24 fps: 3 frames missing). */
const GAP = 150;

function recordPlayback(video) {
  const record = { frames: 0, gaps: [], stops: [], interruptions: [], segments: [], overlays: [], violations: [] };
  const epoch = (time) => performance.timeOrigin + time;

  let last = null;
  const frame = (_, { presentationTime, mediaTime }) => {
    record.frames += 1;
    if (last && presentationTime - last.presentationTime >= GAP) {
      record.gaps.push({
        began: epoch(last.presentationTime), ended: epoch(presentationTime), mediaBegan: last.mediaTime, mediaEnded: mediaTime,
      });
    }
    last = { presentationTime, mediaTime };
    video.requestVideoFrameCallback(frame);
  };
  video.requestVideoFrameCallback(frame);

  // Sound can go on without pictures: Chromium lets it for three seconds. When `currentTime` itself stood still:
  let moved = { at: 0, position: 0 };
  const look = (time) => {
    if (video.currentTime !== moved.position) {
      if (time - moved.at >= GAP) record.stops.push({ began: epoch(moved.at), ended: epoch(time) });
      moved = { at: time, position: video.currentTime };
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);

  // A gap that the viewer or the page made is none: the next frame starts anew. (Rate 0 is how Shaka waits.)
  let rate = 1;
  for (const why of ['pause', 'seeking', 'ended', 'emptied', 'ratechange']) {
    video.addEventListener(why, () => {
      const waits = why === 'ratechange' && (rate === 0 || video.playbackRate === 0);
      rate = video.playbackRate;
      if (waits) return;
      record.interruptions.push({ why, at: epoch(performance.now()), since: last && epoch(last.presentationTime) });
      last = null;
    });
  }

  // Whatever shows up beside head and body is not the page's.
  new MutationObserver((changes) => {
    for (const { addedNodes, removedNodes } of changes) {
      const at = epoch(performance.now());
      for (const node of addedNodes) record.overlays.push({ shown: at, tag: node.nodeName });
      if (removedNodes.length && record.overlays.length) record.overlays.at(-1).gone = at;
    }
  }).observe(document.documentElement, { childList: true });

  document.addEventListener('securitypolicyviolation', (event) =>
    record.violations.push({ directive: event.effectiveDirective, blocked: event.blockedURI, source: event.sourceFile }));
  return record;
}
