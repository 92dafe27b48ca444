// The page's own record of what it saw, independent of any extension: gaps between frames, media segments as the
// player names them, what was added beside the page's body, policy violations. Times are milliseconds since the epoch.
'use strict';

/** Frames that follow each other at least this far apart are noted, milliseconds (24 fps: 3 frames missing). */
const GAP = 150;
/** Standing still for less is no stall, milliseconds. */
const STALL = 200;
/** How far it has come is noted this often, milliseconds. */
const TICK = 500;

function recordPlayback(video) {
  const record = { frames: 0, gaps: [], stops: [], ticks: [], interruptions: [], segments: [], overlays: [], violations: [] };
  const epoch = (time) => performance.timeOrigin + time;

  // Playback moves while frames follow each other closely. A single frame between two gaps moves nothing: browsers show
  // one when data comes and still wait for more. So does the first frame of all, which is shown before playback begins.
  // Where a busy machine is only a little late with the next, playback went on with the first.
  let last = null;
  let moved = null;
  let resumed = null;
  const frame = (_, { presentationTime, mediaTime }) => {
    record.frames += 1;
    const now = { presentationTime, mediaTime };
    const after = last ? presentationTime - last.presentationTime : Infinity;
    if (after < GAP) {
      if (moved && last !== moved) {
        record.gaps.push({
          began: epoch(moved.presentationTime), ended: epoch(resumed.presentationTime), mediaBegan: moved.mediaTime, mediaEnded: resumed.mediaTime,
        });
      }
      moved = now;
    }
    if (after >= STALL || last === moved) resumed = now;
    last = now;
    video.requestVideoFrameCallback(frame);
  };
  // Sound alone has no frames.
  video.requestVideoFrameCallback?.(frame);

  // Sound can go on without pictures: Chromium lets it for three seconds. When `currentTime` itself stood still:
  let seen = null;
  const look = () => {
    // What a frame is told as its time can be seconds ago where scripts keep the page busy.
    const now = { at: epoch(performance.now()), position: video.currentTime };
    if (!(now.at - record.ticks.at(-1)?.at < TICK)) record.ticks.push(now);
    if (now.position !== (seen?.position ?? 0)) {
      if (seen && now.at - seen.at >= GAP) record.stops.push({ began: seen.at, ended: now.at, moved: now.position - seen.position });
      seen = now;
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);

  // A gap that the viewer or the page made is none: the next frame starts anew. (Rate 0 is how Shaka waits.)
  let rate = 1;
  for (const why of ['pause', 'seeking', 'ended', 'emptied', 'ratechange']) {
    video.addEventListener(why, ({ isTrusted }) => {
      // A player, or a page of the tests, may say so of its own.
      if (!isTrusted) return;
      const waits = why === 'ratechange' && (rate === 0 || video.playbackRate === 0);
      rate = video.playbackRate;
      if (waits) return;
      record.interruptions.push({ why, at: epoch(performance.now()), since: last && epoch(last.presentationTime), media: last?.mediaTime });
      last = moved = null;
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
