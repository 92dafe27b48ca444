// Nothing is sent: with defaults and nothing consented to, every request that leaves the browser while videos play and stall and
// the extension's pages are looked at is the player's. Minutes stand for the hour: the extension does nothing by the clock.
import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import { describe, test } from 'node:test';
import { browserName, play, until } from './playback.mjs';

const withheld = (track, number) => (track === 'video' && number % 6 === 4 ? { kind: 'withheld', silence: 9000 } : null);

describe(`silent in ${browserName}`, () => {
  test('nothing leaves but what the page asks for', async () => {
    const proxy = await listening();
    const session = await play({ fault: withheld, how: { proxy: proxy.address } });
    try {
      const { browser, page } = session;
      await session.standstill();
      await session.reaches(16);
      await session.verdicts(1);
      const from = new URL(page.url());
      const players = [from.host, session.server.host];
      assert.ok(players.every((host) => proxy.asked.some((asked) => asked.host === host)), 'the proxy does not see everything');
      const popup = await browser.openPopup(page);
      await popup.waitForSelector('[data-action=share]');
      await popup.click('[data-action=share]');
      const share = await browser.openedExtensionPage('share.html?stall=');
      await until(() => share.evaluate(() => document.querySelector('textarea').value !== ''), 'the text to send');
      for (const file of ['stats.html', 'welcome.html']) {
        const opened = await browser.openExtensionPage(file);
        if (file === 'stats.html') await until(() => opened.evaluate(() => performance.getEntriesByName('shown').length > 0), 'the statistics');
        const loaded = await opened.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
        const base = new URL(opened.url() === 'about:blank' ? await opened.evaluate(() => location.href) : opened.url()).origin;
        assert.deepEqual(loaded.filter((name) => !name.startsWith(base) && !/^(blob|data):/.test(name)), [], file);
      }
      await browser.stopBackground();
      await browser.openExtensionPage('popup.html');
      // The browser's own housekeeping goes to its maker.
      assert.deepEqual(proxy.asked.filter(({ host }) => !players.includes(host) && !HOUSEKEEPING.test(host)), []);
      // The stream is on another origin than the page, so that what asks for it says who it is.
      const others = proxy.asked.filter(({ host, origin }) => host === session.server.host && origin !== from.origin);
      assert.deepEqual(others, []);
    } finally {
      await session.close();
      await proxy.close();
    }
  });
});

/** What browsers ask their makers for, whatever is installed. */
const HOUSEKEEPING = /(^|\.)(mozilla\.(com|net|org)|firefox\.com|google(apis)?\.com|gvt1\.com|gstatic\.com)(:\d+)?$/;

/** A proxy for everything, which notes what it is asked for. It lets nothing out of this machine. */
async function listening() {
  /** @type {{ host: string, url: string, origin: string }[]} */
  const asked = [];
  const server = http.createServer((request, response) => {
    const { host } = new URL(request.url, 'http://proxy.invalid');
    asked.push({ host, url: request.url, origin: request.headers.origin ?? '' });
    if (!/^(127\.0\.0\.1|(.+\.)?localhost)(:|$)/.test(host)) return void response.writeHead(502).end();
    // Every name of this machine is at this address, whatever it resolves to here.
    const lookup = (_, { all }, done) => (all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4));
    const { method, headers } = request;
    const onward = http.request(request.url, { method, headers, lookup }, (answer) => {
      response.writeHead(answer.statusCode, answer.rawHeaders);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  });
  server.on('connect', ({ url }, socket) => {
    asked.push({ host: url, url, origin: '' });
    socket.on('error', () => {});
    const { hostname, port } = new URL(`http://${url}`);
    if (!/^(127\.0\.0\.1|(.+\.)?localhost)$/.test(hostname)) return void socket.end('HTTP/1.1 502 no\r\n\r\n');
    const onward = net.connect(Number(port) || 80, '127.0.0.1', () => socket.write('HTTP/1.1 200 ok\r\n\r\n'));
    onward.on('error', () => socket.destroy());
    socket.pipe(onward).pipe(socket);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    asked,
    address: `127.0.0.1:${server.address().port}`,
    close: () => new Promise((done) => (server.closeAllConnections(), server.close(done))),
  };
}
