// Records, object by object and in order, every call the player makes on media and requests: what it was given, what
// came back or was thrown, and which events followed.
'use strict';
(() => {
  /** @type {Record<string, string[]>} */
  const lanes = {};
  const names = new WeakMap();
  const note = (object, entry) => {
    const lane = (lanes[names.get(object) ?? 'unnamed'] ??= []);
    // How many progress events a download has is up to the network.
    if (lane.at(-1) !== entry || !entry.startsWith('event progress')) lane.push(entry);
  };

  const show = (value) => {
    // Each run has its own server.
    if (typeof value === 'string') return value.replace(/:\d+\//, '/');
    if (value instanceof ArrayBuffer) return show(new Uint8Array(value));
    if (ArrayBuffer.isView(value)) {
      let sum = 0;
      for (const byte of new Uint8Array(value.buffer, value.byteOffset, value.byteLength)) sum = (sum * 31 + byte) >>> 0;
      return `${value.constructor.name}(${value.byteLength}, ${sum})`;
    }
    return typeof value === 'object' && value !== null ? value.constructor.name : String(value);
  };

  const wrap = (prototype, method, before = () => {}) => {
    const original = prototype[method];
    prototype[method] = function (...args) {
      before(this, args);
      const call = `${method}(${args.map(show).join(', ')})`;
      try {
        const result = Reflect.apply(original, this, args);
        note(this, `${call} = ${show(result)}`);
        return result;
      } catch (error) {
        note(this, `${call} threw ${error.name}: ${error.message}`);
        throw error;
      }
    };
  };

  const listen = (object, types) => {
    for (const type of types) object.addEventListener(type, (event) => note(object, `event ${type} trusted=${event.isTrusted}`));
  };

  wrap(XMLHttpRequest.prototype, 'open', (xhr, [, url]) => {
    names.set(xhr, `XHR ${new URL(url, document.baseURI).pathname}`);
    listen(xhr, ['readystatechange', 'loadstart', 'progress', 'load', 'error', 'abort', 'timeout', 'loadend']);
  });
  wrap(XMLHttpRequest.prototype, 'send');
  wrap(XMLHttpRequest.prototype, 'abort');

  wrap(MediaSource.prototype, 'addSourceBuffer', (source) => names.set(source, 'MediaSource'));
  wrap(MediaSource.prototype, 'endOfStream');
  const add = MediaSource.prototype.addSourceBuffer;
  let last;
  MediaSource.prototype.addSourceBuffer = function (...args) {
    const buffer = (last = Reflect.apply(add, this, args));
    names.set(buffer, `SourceBuffer ${args[0]}`);
    listen(buffer, ['updatestart', 'update', 'updateend', 'error', 'abort']);
    return buffer;
  };
  for (const method of ['appendBuffer', 'remove', 'abort', 'changeType']) wrap(SourceBuffer.prototype, method);

  // Misuse: what a page gets when it does something wrong.
  const attempt = (what) => {
    try {
      return `= ${show(what())}`;
    } catch (error) {
      return `threw ${error.name}: ${error.message} (${error instanceof Error || error instanceof DOMException})`;
    }
  };
  const misuse = () => ({
    'addSourceBuffer on a closed source': attempt(() => new MediaSource().addSourceBuffer('video/mp4; codecs="avc1.64001f"')),
    'addSourceBuffer without arguments': attempt(() => new MediaSource().addSourceBuffer()),
    'addSourceBuffer on something else': attempt(() => MediaSource.prototype.addSourceBuffer.call({}, 'video/mp4')),
    'endOfStream on a closed source': attempt(() => new MediaSource().endOfStream()),
    'appendBuffer on something else': attempt(() => SourceBuffer.prototype.appendBuffer.call({}, new Uint8Array(1))),
    'appendBuffer without arguments': attempt(() => SourceBuffer.prototype.appendBuffer.call(last)),
    'open without arguments': attempt(() => new XMLHttpRequest().open()),
    'send before open': attempt(() => new XMLHttpRequest().send()),
    'response of something else': attempt(() => accessor(XMLHttpRequest.prototype, 'response').call({})),
    'responseText before open': attempt(() => JSON.stringify(new XMLHttpRequest().responseText)),
    'responseText where bytes were asked for': attempt(() => {
      const request = new XMLHttpRequest();
      request.responseType = 'arraybuffer';
      return request.responseText;
    }),
    'decode on something else': attempt(() => TextDecoder.prototype.decode.call({}, new Uint8Array(1))),
    'decode of broken bytes': attempt(() => new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([255]))),
    'decode of a manifest': attempt(() => new TextDecoder().decode(new TextEncoder().encode('#EXTM3U\n#EXTINF:2,\na'))),
    'createObjectURL without arguments': attempt(() => URL.createObjectURL()),
    'createObjectURL of something else': attempt(() => URL.createObjectURL({})),
  });

  const accessor = (object, name) => Object.getOwnPropertyDescriptor(object, name).get;

  const shape = (object) =>
    Object.fromEntries(
      Object.entries(Object.getOwnPropertyDescriptors(object)).map(([name, { value, get, set, enumerable, configurable, writable }]) => [
        name,
        [typeof value, value?.name, value?.length, typeof get, get?.name, get?.length, typeof set, enumerable, configurable, writable].join(),
      ]),
    );

  const globals = Object.getOwnPropertyNames(window).sort();
  window.calls = () => ({
    lanes,
    globals,
    globalsNow: Object.getOwnPropertyNames(window).sort(),
    misuse: misuse(),
    shapes: {
      URL: shape(URL),
      MediaSource: shape(MediaSource.prototype),
      SourceBuffer: shape(SourceBuffer.prototype),
      XMLHttpRequest: shape(XMLHttpRequest.prototype),
      TextDecoder: shape(TextDecoder.prototype),
      HTMLMediaElement: shape(HTMLMediaElement.prototype),
    },
  });
})();
