// @ts-check
// What goes on around playback: the tab, the connection, the main thread. Told only beside other facts, so that a
// player that does nothing wakes nobody.

/** A task of the main thread, or a timer that much late, of at least this many ms is told of: players look around several
 * times a second, and what is shorter makes up for itself. The browser's own limit, 50 ms, would be too many facts. */
export const BUSY = 100;

/**
 * @param {{ now: () => number, note: (fact: any) => void, playing: () => boolean, signal: AbortSignal }} host
 * `playing`: some element plays, or should
 */
export function watchConditions({ now, note, playing, signal }) {
  const { timeOrigin } = performance;
  const options = { signal, capture: true };
  const tab = (/** @type {string} */ state) => note({ k: 'tab', t: now(), state });
  const visibility = () => tab(document.visibilityState === 'visible' ? 'visible' : 'hidden');
  const online = () => note({ k: 'online', t: now(), online: navigator.onLine });

  // What holds by default needs no telling.
  if (document.visibilityState !== 'visible') visibility();
  if (!navigator.onLine) online();
  /** @type {[EventTarget, string, () => void][]} */
  const changes = [
    [window, 'visibilitychange', visibility], [window, 'freeze', () => tab('frozen')], [window, 'resume', visibility],
    [window, 'online', online], [window, 'offline', online],
  ];
  for (const [target, type, tell] of changes) {
    target.addEventListener(type, (event) => event.isTrusted && tell(), options);
  }

  if (!PerformanceObserver.supportedEntryTypes.includes('longtask')) return;
  const observer = new PerformanceObserver((list) => {
    if (!playing()) return;
    for (const { startTime, duration } of list.getEntries()) {
      const from = timeOrigin + startTime;
      if (duration >= BUSY) note({ k: 'busy', t: from + duration, from });
    }
  });
  observer.observe({ type: 'longtask' });
  signal.addEventListener('abort', () => observer.disconnect());
}
