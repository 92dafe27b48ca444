// @ts-check
// The catalogue of the language that the browser speaks with the viewer.

const api = globalThis.browser ?? globalThis.chrome;

/** @returns {Promise<string>} */
export async function catalogue() {
  const file = `_locales/${api.i18n.getMessage('language')}/messages.json`;
  return (await fetch(api.runtime.getURL(file))).text();
}
