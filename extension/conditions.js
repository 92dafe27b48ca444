// @ts-check
// What goes on around playback: the tab, the connection, the main thread. Told only beside other facts, so that a
// player that does nothing wakes nobody.

/** A task of the main thread, or a timer that much late, of at least this many ms is told of: players look around several
 * times a second, and what is shorter makes up for itself. The browser's own limit, 50 ms, would be too many facts. */
export const BUSY = 100;

/**
 * @param {{ now: () => number, note: (fact: any) => void, playing: () => boolean, signal: AbortSignal }} host
 * `playing`: some element plays, or should
 * @returns looks whether something has changed of which no event told: a listener of the page's may have kept it back
 */
export function watchConditions({ now, note, playing, signal }) {
  const { timeOrigin } = performance;
  const options = { signal, capture: true };
  // What holds by default needs no telling.
  let tabWas = 'visible';
  let onlineWas = true;
  const tab = (/** @type {string} */ state) => {
    if (state !== tabWas) note({ k: 'tab', t: now(), state });
    tabWas = state;
  };
  const visibility = () => tab(document.visibilityState === 'visible' ? 'visible' : 'hidden');
  const online = () => {
    if (navigator.onLine !== onlineWas) note({ k: 'online', t: now(), online: navigator.onLine });
    onlineWas = navigator.onLine;
  };
  const check = () => {
    visibility();
    online();
  };
  check();
  /** @type {[EventTarget, string, () => void][]} */
  const changes = [
    [window, 'visibilitychange', visibility], [window, 'freeze', () => tab('frozen')], [window, 'resume', visibility],
    [window, 'online', online], [window, 'offline', online],
  ];
  for (const [target, type, tell] of changes) {
    target.addEventListener(type, (event) => event.isTrusted && tell(), options);
  }

  // A browser that does not tell of long tasks has none to be observed.
  const observer = new PerformanceObserver((list) => {
    if (!playing()) return;
    for (const { startTime, duration } of list.getEntries()) {
      const from = timeOrigin + startTime;
      if (duration >= BUSY) note({ k: 'busy', t: from + duration, from });
    }
  });
  if (PerformanceObserver.supportedEntryTypes.includes('longtask')) observer.observe({ type: 'longtask' });
  signal.addEventListener('abort', () => observer.disconnect());
  return check;
}
