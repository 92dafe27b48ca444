// @ts-check
// What a peer is: given the initialisation segment it has read, it says from when to when a media segment plays, in
// seconds of the media's own timeline.

/**
 * @callback Read
 * @param {Uint8Array} segment
 * @returns {{ start: number, end: number } | Promise<{ start: number, end: number }>}
 *
 * @typedef {object} Peer
 * @property {string} name
 * @property {string} version
 * @property {string} does what it does for that, and what more
 * @property {(media: import('../media.mjs').Media) => Read} open
 */

import { readFile } from 'node:fs/promises';

/** The version installed. @param {string} name @returns {Promise<string>} */
export async function versionOf(name) {
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return JSON.parse(await readFile(file, 'utf8')).version;
}
