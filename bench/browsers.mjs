// @ts-check
// Browsers with and without the extension, side by side, and the processor time of all their processes.
import { mkdtemp, readFile, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { BROWSERS, dist, launch } from '../demo/browsers.mjs';
import { root } from './media.mjs';

export { launch };
export { until } from '../demo/browsers.mjs';

/** Which browsers: `WHYSTALL_BROWSER` names one, else all; a smoke test is content with one. @param {boolean} quick */
export function browsers(quick) {
  const { WHYSTALL_BROWSER: only } = process.env;
  if (only) return [/** @type {'chromium' | 'firefox'} */ (only)];
  return /** @type {('chromium' | 'firefox')[]} */ (quick ? BROWSERS.slice(0, 1) : BROWSERS);
}

/** The arms of a comparison: the last two are the same, and what seems to lie between them is the method's noise. */
export const ARMS = ['with', 'without', 'again'];

/**
 * One browser for each arm, closed when `use` is done.
 * @param {'chromium' | 'firefox'} name
 * @param {(arms: Awaited<ReturnType<typeof launch>>[]) => Promise<any>} use
 * @param {string[]} [others] directories of extensions that are compared, too
 */
export async function withArms(name, use, others = []) {
  const arms = [];
  try {
    for (const extension of [...ARMS.map((arm) => arm === 'with'), ...others]) arms.push(await launch(name, { extension }));
    return await use(arms);
  } finally {
    for (const arm of arms) await arm.close().catch(() => {});
  }
}

/**
 * The least that could see a `MediaSource` come into use: scripts in the same frames and worlds as Whystall's, which look
 * two methods up and listen to one event, and nothing else. What it costs is the browser's price, whatever is made of it.
 * @param {'chromium' | 'firefox'} name
 */
export async function bareExtension(name) {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'whystall-bare-'));
  const manifest = JSON.parse(await readFile(path.join(dist, name === 'firefox' ? 'firefox' : 'chrome', 'manifest.json'), 'utf8'));
  const { manifest_version, version, content_scripts, host_permissions, browser_specific_settings } = manifest;
  const bare = { manifest_version, name: 'bare', version, content_scripts, host_permissions, browser_specific_settings };
  await writeFile(path.join(directory, 'manifest.json'), JSON.stringify(bare));
  await writeFile(path.join(directory, 'probe.js'), 'globalThis.MediaSource?.prototype.addSourceBuffer, URL.createObjectURL;');
  await writeFile(path.join(directory, 'content.js'), "document.addEventListener('bare', () => {});");
  return directory;
}

/** Clock ticks a second in /proc; Linux has told programs 100 on every machine since ever. */
const TICKS = 100;

/**
 * Processor time of a browser and everything it started, ended or not, in ms.
 * @param {Awaited<ReturnType<typeof launch>>} browser
 */
export async function cpu({ browser }) {
  const pid = browser.process()?.pid;
  if (pid === undefined) throw new Error('the browser has no process');
  /** @type {Map<number, { parent: number, ticks: number }>} */
  const all = new Map();
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    // The name in brackets may have blanks.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields.length < 16) continue;
    // utime, stime, and of the children that ended and were waited for.
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    all.set(Number(entry), { parent: Number(fields[1]), ticks });
  }
  const ours = (/** @type {number} */ id) => {
    for (let at = id, hops = 0; hops < 20; hops += 1) {
      if (at === pid) return true;
      at = all.get(at)?.parent ?? 0;
    }
    return false;
  };
  let ticks = 0;
  for (const [id, process] of all) if (ours(id)) ticks += process.ticks;
  return (ticks * 1000) / TICKS;
}

/**
 * Serves bench/pages and the files given. Isolated, so that pages have a fine clock.
 * @param {Record<string, Uint8Array>} [files]
 */
export async function servePages(files = {}) {
  const server = createServer(async (request, response) => {
    const name = new URL(request.url ?? '/', 'http://localhost').pathname.slice(1);
    const page = /^[\w-]+\.(html|js)$/.test(name) && (await readFile(path.join(root, 'bench/pages', name)).catch(() => null));
    const body = files[name] ?? page;
    if (!body) return void response.writeHead(404).end();
    const type = name.endsWith('.html') ? 'text/html; charset=utf-8' : name.endsWith('.js') ? 'text/javascript' : 'application/octet-stream';
    response.writeHead(200, {
      'Content-Type': type,
      'Cache-Control': 'no-store',
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    });
    response.end(body);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', () => done(undefined)));
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: (/** @type {string} */ file) => `http://localhost:${address.port}/${file}`,
    close() {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}
