// Puts on the stage what the servers serve: the demo's page with this player's script in it, and the demo's streams.
//   node stage.mjs DIRECTORY PLAYER STREAM
import { cp, mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { mpd } from '../../demo/manifest.mjs';
import { PLACE, SCRIPTS } from '../../demo/server.mjs';
import { HEAVY, addHeavy, makeStream } from '../../demo/stream.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
const [, , to, player, shows] = process.argv;

const site = path.join(to, 'site');
await cp(path.join(root, 'demo/page'), site, { recursive: true });
const [script] = player.split('-');
if (script in SCRIPTS) {
  await cp(path.join(root, 'demo/node_modules', SCRIPTS[script]), path.join(site, `${script}.js`));
  const index = path.join(site, 'index.html');
  await writeFile(index, (await readFile(index, 'utf8')).replace(PLACE, `<script src="${script}.js"></script>`));
} else {
  // A page that plays by itself.
  for (const type of ['html', 'js']) await cp(path.join(root, 'tests/e2e/pages', `${script}.${type}`), path.join(site, `${script}.${type}`));
}
// A transfer of known size, for whoever wants to load or measure a path.
await writeFile(path.join(site, 'megabyte'), Buffer.alloc(1 << 20, 'w'));
// What else a page may fetch: a picture, large enough to tell of the line, and news, which is not.
await writeFile(path.join(site, 'news'), Buffer.alloc(2_000, 'w'));
await writeFile(path.join(site, 'picture'), Buffer.alloc(300_000, 'w'));

const made = await makeStream(path.join(root, 'target/demo-stream'));
if (shows === 'large') await addHeavy(made);
const { dir, representations } = made;
const stream = path.join(to, 'stream');
await mkdir(stream);
// What a server says to who asks for nothing of it.
await writeFile(path.join(stream, 'index.html'), 'A video server.');
for (const name of await readdir(dir)) await symlink(path.join(dir, name), path.join(stream, name));
await writeFile(path.join(stream, 'index.mpd'), mpd(representations, {}));
await writeFile(path.join(stream, 'webm.mpd'), mpd(representations, { webm: true }));

// A stream that two servers have: a player may turn from one to the other.
const bases = ['edge', 'edge-2'].map((node) => `<BaseURL>http://${node}.example/</BaseURL>`).join('');
await mkdir(path.join(stream, 'failover'));
await writeFile(path.join(stream, 'failover/index.mpd'), mpd(representations, {}).replace('<Period', `${bases}<Period`));

// A stream with six seconds after ten that another server has, as advertising is.
const parts = [{ first: 0, end: 5 }, { first: 5, end: 8 }, { first: 8 }].map((part) => mpd(representations, { part }));
const [, advertising, rest] = parts.map((part) => /<Period[^]*<\/Period>/.exec(part)[0]);
const periods = `</Period>${advertising.replace(/<Period[^>]*>/, '$&<BaseURL>http://edge-2.example/</BaseURL>')}${rest}`;
await mkdir(path.join(stream, 'ads'));
await writeFile(path.join(stream, 'ads/index.mpd'), parts[0].replace('</Period>', periods).replace('<Period', '<BaseURL>http://edge.example/</BaseURL><Period'));

// A stream whose highest quality is too large for the machine.
if (shows === 'large') {
  const large = `<Representation id="heavy/${HEAVY.name}" codecs="avc1.64003e" bandwidth="${HEAVY.kbps * 1000}" width="${HEAVY.width}" height="${HEAVY.height}"/>`;
  const all = mpd(representations, {});
  const [low, , high] = [...all.matchAll(/<Representation id="\d+p".*\/>/g)].map(([text]) => text);
  await mkdir(path.join(stream, 'large'));
  await writeFile(path.join(stream, 'large/index.mpd'), all.replace('<Period', '<BaseURL>../</BaseURL><Period').replace(low, '').replace(high, large));
}
