// An ordinary page with an ordinary player. `?player=` which, `?stream=` what to play, `?level=` a rendition or `auto`,
// `?buffer=` seconds the player keeps ahead, `?wait` for the viewer to press play.
'use strict';
(() => {
  const query = new URLSearchParams(location.search);
  const $ = (id) => document.getElementById(id);
  const video = /** @type {HTMLVideoElement} */ ($('video'));
  const kind = query.get('player') ?? 'hls';
  const level = query.get('level') === 'auto' ? -1 : Number(query.get('level') ?? '1');
  const record = recordPlayback(video);
  // The one global of the page, for its tests.
  window.demo = { video, record };

  start();

  async function start() {
    const options = {
      stream: query.get('stream'), buffer: Number(query.get('buffer') ?? 6), level, strict: query.has('strict'), licence: query.get('licence'),
      cmcd: query.get('cmcd'),
    };
    const player = players[kind](video, options, (segment) => record.segments.push(segment));
    $('by').textContent = player.name;
    $('by').href = player.home;
    window.demo.player = player;
    await player.ready;
    player.keepTo(level);
    listQualities(player);
    // Where autoplay is refused, the viewer presses the button.
    if (!query.has('wait')) video.play().catch(() => {});
  }

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

  function listQualities(player) {
    const choices = [[-1, 'Auto'], ...player.renditions().map((name, i) => [i, name])];
    $('quality').replaceChildren(...choices.map(([value, text]) => new Option(text, value, false, value === level)));
    $('quality').addEventListener('change', () => player.keepTo(Number($('quality').value)));
  }
})();
