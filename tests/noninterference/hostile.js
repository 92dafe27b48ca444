// Pages that make it hard for others to look on, each in a way of its own: `?page=` names it. What went wrong for the
// page by that is in `hostile.complaints`.
'use strict';
(() => {
  const complaints = [];
  window.hostile = { complaints };
  const video = document.getElementById('video');
  const watched = [
    [URL, 'createObjectURL'], [MediaSource.prototype, 'addSourceBuffer'], [SourceBuffer.prototype, 'appendBuffer'],
    [SourceBuffer.prototype, 'remove'], [XMLHttpRequest.prototype, 'open'], [XMLHttpRequest.prototype, 'send'],
  ];
  const wrap = (calls) => {
    for (const [owner, name] of watched) {
      const original = owner[name];
      owner[name] = function (...args) {
        calls.push(name);
        return original.apply(this, args);
      };
    }
  };

  const pages = {
    /** Another extension, or the page's own analytics, was there first. */
    patchedBefore() {
      wrap((window.hostile.calls = []));
    },

    /** It comes when the player plays already, on top of Whystall's hooks. */
    patchedLater() {
      video.addEventListener('playing', () => wrap((window.hostile.calls = [])), { once: true });
    },

    frozen() {
      for (const owner of [URL, MediaSource.prototype, SourceBuffer.prototype, XMLHttpRequest.prototype, EventTarget.prototype]) {
        Object.freeze(owner);
      }
    },

    /** Whoever calls what the page has replaced can be seen, and stopped. */
    robbed() {
      const spied = [
        [Array.prototype, 'push'], [Array.prototype, 'shift'], [Array.prototype, 'slice'], [WeakMap.prototype, 'get'],
        [WeakMap.prototype, 'set'], [String.prototype, 'slice'], [Reflect, 'apply'], [Reflect, 'defineProperty'],
        [Function.prototype, 'call'], [Function.prototype, 'apply'], [MessagePort.prototype, 'postMessage'],
        [EventTarget.prototype, 'addEventListener'], [performance, 'now'], [Object, 'getOwnPropertyDescriptor'],
      ];
      for (const [owner, name] of spied) {
        const original = owner[name];
        const { apply } = Reflect;
        let inside = false;
        owner[name] = function (...args) {
          if (!inside) {
            inside = true;
            if (/-extension:/.test(new Error().stack)) complaints[complaints.length] = `${name} was called by an extension`;
            inside = false;
          }
          return apply(original, this, args);
        };
      }
    },

    /** Its own listeners throw, whatever happens. */
    throwing() {
      const scream = (event) => {
        throw new Error(`the page does not like ${event.type}`);
      };
      const types = ['play', 'playing', 'waiting', 'timeupdate', 'loadstart', 'durationchange', 'fullscreenchange', 'resize', 'whystall'];
      for (const type of types) for (const target of [window, document, video]) target.addEventListener(type, scream, true);
      window.addEventListener('error', (event) => event.message.includes('does not like') && event.preventDefault());
    },

    /** It says things that are not so, and a lot of them. */
    forging() {
      const facts = [{ k: 'source', t: Date.now(), source: 1, url: 'blob:x' }, { k: 'lost', t: 1, from: 0, what: 'page' }];
      setInterval(() => {
        for (const type of ['waiting', 'pause', 'seeking', 'emptied', 'ended', 'playing']) video.dispatchEvent(new Event(type));
        for (let i = 0; i < 50; i += 1) window.postMessage({ type: 'facts', from: i, facts }, '*');
        const { port1, port2 } = new MessageChannel();
        document.dispatchEvent(new MessageEvent('whystall-6f1d83c2e94b', { ports: [port2] }));
        port1.postMessage(facts);
      }, 50);
    },
  };
  pages[new URLSearchParams(location.search).get('page')]();
})();
