// Puts on the stage what the servers serve: the demo's page with this player's script in it, and the demo's streams.
//   node stage.mjs DIRECTORY PLAYER
import { cp, mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { mpd } from '../../demo/manifest.mjs';
import { PLACE, SCRIPTS } from '../../demo/server.mjs';
import { STREAM, makeStream } from '../../demo/stream.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
const [, , to, player] = process.argv;

const site = path.join(to, 'site');
await cp(path.join(root, 'demo/page'), site, { recursive: true });
const [script] = player.split('-');
await cp(path.join(root, 'demo/node_modules', SCRIPTS[script]), path.join(site, `${script}.js`));
const index = path.join(site, 'index.html');
await writeFile(index, (await readFile(index, 'utf8')).replace(PLACE, `<script src="${script}.js"></script>`));
// A transfer of known size, for whoever wants to load or measure a path.
await writeFile(path.join(site, 'megabyte'), Buffer.alloc(1 << 20, 'w'));
// What else a page may fetch: a picture, large enough to tell of the line.
await writeFile(path.join(site, 'picture'), Buffer.alloc(300_000, 'w'));

const { dir, representations } = await makeStream(path.join(root, 'target/demo-stream'));
const stream = path.join(to, 'stream');
await mkdir(stream);
for (const name of await readdir(dir)) await symlink(path.join(dir, name), path.join(stream, name));
await writeFile(path.join(stream, 'index.mpd'), mpd(representations, {}));
await writeFile(path.join(stream, 'webm.mpd'), mpd(representations, { webm: true }));

// A stream that two servers have: a player may turn from one to the other.
const bases = ['edge', 'edge-2'].map((node) => `<BaseURL>http://${node}.example/</BaseURL>`).join('');
await mkdir(path.join(stream, 'failover'));
await writeFile(path.join(stream, 'failover/index.mpd'), mpd(representations, {}).replace('<Period', `${bases}<Period`));

// A stream with six seconds of advertising after ten, which another server has.
await mkdir(path.join(stream, 'ads'));
await cp(path.join(dir, 'master.m3u8'), path.join(stream, 'ads/master.m3u8'));
for (const { name } of [...STREAM.video, STREAM.audio]) {
  await mkdir(path.join(stream, 'ads', name));
  await writeFile(path.join(stream, 'ads', name, 'index.m3u8'), withAds(await readFile(path.join(dir, name, 'index.m3u8'), 'utf8'), name));
}

function withAds(playlist, name) {
  const media = [...playlist.matchAll(/(#EXTINF:[^\n]*\n)([^\n]+)/g)];
  const [header] = playlist.split('#EXTINF');
  const from = (base, first, end) => media.slice(first, end).map(([, info, file]) => `${info}${base}${file}`).join('\n');
  const map = (base) => `#EXT-X-MAP:URI="${base}init.mp4"\n`;
  const [own, other] = [`../../${name}/`, `http://edge-2.example/${name}/`];
  return [
    header.replace(/#EXT-X-MAP[^\n]*\n/, map(own)) + from(own, 0, 5),
    `#EXT-X-DISCONTINUITY\n${map(other)}${from(other, 30, 33)}`,
    `#EXT-X-DISCONTINUITY\n${map(own)}${from(own, 5)}`,
    '#EXT-X-ENDLIST\n',
  ].join('\n');
}
