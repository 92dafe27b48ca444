// @ts-check

const api = globalThis.browser ?? globalThis.chrome;

/** The shadow root of an element, open or closed. @param {Element} element @returns {ShadowRoot | null} */
export function shadowOf(element) {
  if (!(element instanceof HTMLElement)) return null;
  if ('openOrClosedShadowRoot' in element) return /** @type {any} */ (element).openOrClosedShadowRoot;
  return api.dom?.openOrClosedShadowRoot(element) ?? null;
}
