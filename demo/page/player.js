// An ordinary page with an ordinary player. `?stream=` what to play, `?level=` a rendition or `auto`,
// `?buffer=` seconds the player keeps ahead.
'use strict';
(() => {
  const query = new URLSearchParams(location.search);
  const $ = (id) => document.getElementById(id);
  const video = /** @type {HTMLVideoElement} */ ($('video'));
  const seconds = Number(query.get('buffer') ?? 6);
  const level = query.get('level') ?? '1';

  const hls = new Hls({
    // A small buffer, so that a late media segment is soon felt.
    maxBufferLength: seconds,
    maxMaxBufferLength: seconds,
    startLevel: level === 'auto' ? -1 : Number(level),
    // hls.js starts its worker from a blob, which the strict policy forbids to everyone.
    enableWorker: !query.has('strict'),
  });
  const record = recordPlayback(video, hls);
  hls.on(Hls.Events.MANIFEST_PARSED, () => {
    if (level !== 'auto') hls.loadLevel = Number(level);
    listQualities();
    // Where autoplay is refused, the viewer presses the button.
    if (!query.has('wait')) video.play().catch(() => {});
  });
  hls.loadSource(query.get('stream'));
  hls.attachMedia(video);
  // The one global of the page, for its tests.
  window.demo = { video, hls, record };

  const clock = (at) => `${Math.floor(at / 60)}:${String(Math.floor(at % 60)).padStart(2, '0')}`;
  const show = () => {
    $('player').classList.toggle('playing', !video.paused);
    $('play').setAttribute('aria-label', video.paused ? 'Play' : 'Pause');
    $('clock').textContent = `${clock(video.currentTime)} / ${clock(video.duration || 0)}`;
    $('seek').max = String(video.duration || 90);
    if (!$('seek').matches(':active')) $('seek').value = String(video.currentTime);
    $('mute').textContent = video.muted ? 'Sound off' : 'Sound on';
  };
  for (const name of ['play', 'pause', 'timeupdate', 'durationchange', 'volumechange', 'seeked']) video.addEventListener(name, show);
  const toggle = () => (video.paused ? video.play() : video.pause());
  $('play').addEventListener('click', toggle);
  video.addEventListener('click', toggle);
  $('seek').addEventListener('change', () => (video.currentTime = Number($('seek').value)));
  $('mute').addEventListener('click', () => (video.muted = !video.muted));
  $('fullscreen').addEventListener('click', () =>
    document.fullscreenElement ? document.exitFullscreen() : $('player').requestFullscreen());

  function listQualities() {
    const choices = [[-1, 'Auto'], ...hls.levels.map(({ height }, i) => [i, `${height}p`])];
    $('quality').replaceChildren(...choices.map(([value, text]) => new Option(text, value, false, value === hls.loadLevel)));
    $('quality').addEventListener('change', () => (hls.loadLevel = Number($('quality').value)));
  }
})();
