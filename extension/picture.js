// @ts-check
// What a video shows, for the card of a stall that its viewer shares. Taken when asked for, kept nowhere.

/** Enough for its place on a card at twice the density. */
const WIDTH = 512;
const QUALITY = 0.8;

/**
 * As a `data:` address of a JPEG. `undefined` where there is nothing to see, or what is there may not be looked at.
 * @param {Element | undefined} element
 */
export function pictureOf(element) {
  if (!(element instanceof HTMLVideoElement) || element.videoWidth === 0) return undefined;
  const canvas = document.createElement('canvas');
  canvas.width = Math.min(WIDTH, element.videoWidth);
  canvas.height = Math.max(1, Math.round((canvas.width * element.videoHeight) / element.videoWidth));
  try {
    canvas.getContext('2d')?.drawImage(element, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL('image/jpeg', QUALITY);
  } catch {
    // From another site, without leave.
    return undefined;
  }
}
