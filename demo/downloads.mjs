// The files that Whystall hands to a viewer, as the browser puts them into a directory.
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { until } from './browsers.mjs';

/** What Whystall calls a card or a bundle. */
const NAME = /^whystall-[0-9a-f]{12}\./;

/** What browsers add to the name of a file that they still write. */
const UNFINISHED = /\.(part|crdownload)$/;

/** Path of the finished file with this extension (`.png`, `.whystall`), once it is there. */
export function downloaded(directory, extension) {
  return until(() => finished(directory, extension), `a download that ends in ${extension}`);
}

/** The same if it is there by now, otherwise null. */
export async function finished(directory, extension) {
  const names = await readdir(directory);
  // While Firefox asks the system what a file like this is, an empty one of a random name stands there, and then one of the
  // right name, as a placeholder.
  const name = names.find((name) => NAME.test(name) && name.endsWith(extension));
  if (!name || names.some((name) => UNFINISHED.test(name))) return null;
  const file = path.join(directory, name);
  return (await stat(file)).size > 0 ? file : null;
}
