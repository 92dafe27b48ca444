// A stall is shared: what the popup says, the card says, on the disk and to whoever checks it; and a card that was touched since
// is refused, by the program and by the extension.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch } from '../../demo/browsers.mjs';
import { downloaded } from '../../demo/downloads.mjs';
import { browserName, play, until } from './playback.mjs';
import { carried, chunks, resealed, withEvidence, withOtherPixel } from './png.mjs';

const whystall = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../target/debug/whystall');
/** How many single bytes are altered, all over the file. */
const ALTERED = 400;
/** What the viewer calls the network, and how the settings keep that. */
const NETWORK = 'Home upstairs';
const ROUTER = 'http://192.168.7.1';
const networks = (name) => ({
  known: [{ id: 'home', name, provider: null, asn: null, plan: null, gateways: [ROUTER], used: 1 }],
  current: 'home',
  gateway: null,
});
const HOST = /127\.0\.0\.1|localhost/;

describe(`sharing in ${browserName}`, () => {
  let dir;
  let browser;
  let session;
  let popup;
  let share;
  /** The stall's verdict as it was recorded, and the card as first saved. */
  let stall;
  let card;

  before(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'whystall-share-'));
    browser = await launch(browserName, { downloads: dir, clipboard: true });
    await name(await browser.openExtensionPage('settings.html'), NETWORK);
    session = await play({
      fault: (track, number) => (track === 'video' && number === 5 ? { kind: 'withheld', silence: 8500 } : null),
      shared: browser,
    });
    await session.standstill();
    [stall] = (await session.verdicts(1)).slice(-1);
    popup = await browser.openPopup(session.page);
    await popup.waitForSelector('[data-action=share]');
    await popup.click('[data-action=share]');
    share = await browser.openedExtensionPage('share.html?stall=');
    await ready();
  });
  after(async () => {
    await session?.close();
    await browser?.close();
    await rm(dir, { recursive: true, force: true });
  });

  test('the saved card gives the verdict that the popup shows', async () => {
    const headline = await popup.$eval('.stall .headline', (element) => element.textContent);
    card = await save('#save', '.png');
    const file = await kept('card.png', card);
    const { code, out } = await run('verify', '--json', file);
    assert.deepEqual([code, JSON.parse(out).ok], [0, true], out);
    const told = JSON.parse((await run('explain', '--json', file)).out);
    assert.equal(told.headline, headline);
    assert.deepEqual(told.report.stalls.at(-1), stall);
    assert.ok((await share.$eval('#card', (canvas) => canvas.ariaLabel)).startsWith(headline));
    const size = await share.$eval('#card', ({ width, height }) => [width, height]);
    assert.deepEqual(size, [1200, 675]);
    assert.deepEqual([card.readUInt32BE(16), card.readUInt32BE(20)], size);
    // The evidence file is the same evidence.
    assert.equal(String(await save('#evidence', '.whystall')), carried(card).evidence);
  });

  test('what is not to be seen is in neither picture nor evidence', async () => {
    await choose('[name=host]');
    await choose('[name=date]');
    await choose('[value=square]');
    await choose('[value=dark]');
    const redacted = await save('#save', '.png');
    assert.deepEqual([redacted.readUInt32BE(16), redacted.readUInt32BE(20)], [1080, 1080]);
    const { evidence } = carried(redacted);
    assert.doesNotMatch(evidence, HOST);
    assert.match(carried(card).evidence, HOST);
    const file = await kept('redacted.png', redacted);
    const { code, out } = await run('verify', file);
    assert.equal(code, 0, out);
    const { report, inputs } = JSON.parse(evidence);
    const { cause, zones, cleared, duration, by_zone } = report.stalls.at(-1);
    assert.deepEqual({ cause, zones, cleared, duration, by_zone }, pick(stall));
    assert.equal(Math.min(...inputs.map(({ at }) => at)), 0);
    assert.match(await share.$eval('#inside', (element) => element.textContent), /names of servers.*first fact/);
    for (const selector of ['[name=host]', '[name=date]', '[value=wide]', '[value=light]']) await choose(selector);
    assert.equal(carried(await save('#save', '.png')).evidence, carried(card).evidence);
  });

  test('the viewer\'s name for the network is on the card if it is to be, and in no evidence', async () => {
    const offered = (page) => page.$eval('[name=network]', (box) => ({ shown: box.checkVisibility(), checked: box.checked, label: box.labels[0].textContent.trim() }));
    assert.deepEqual(await offered(share), { shown: true, checked: false, label: `The name of your network: ${NETWORK}` });
    await choose('[name=network]');
    assert.match(await share.$eval('#inside', (element) => element.textContent), /name of your network is in the picture alone/);
    const named = await save('#save', '.png');
    const { code, out } = await run('verify', await kept('named.png', named));
    assert.equal(code, 0, out);
    const [pixels, before] = [named, card].map((png) => carried(png).line.split(' ')[2]);
    assert.notEqual(pixels, before, 'the picture is the same with it and without it');
    assert.equal(carried(named).evidence, carried(card).evidence);
    assert.ok(!carried(named).evidence.includes(NETWORK));
    await choose('[name=network]');
    assert.equal(carried(await save('#save', '.png')).line, carried(card).line);
    // A network that only its router's address names has no name to be told.
    const settings = await browser.openExtensionPage('settings.html');
    await name(settings, new URL(ROUTER).hostname);
    const other = await browser.openExtensionPage(`share.html${await share.evaluate(() => location.search)}&again`);
    await until(() => other.$eval('#save', (button) => !button.disabled), 'the card');
    assert.equal((await offered(other)).shown, false);
    await other.close();
    await name(settings, NETWORK);
    await settings.close();
  });

  test('what the video shows is on the card if it is to be, and in no evidence', async () => {
    const offered = await share.$eval('[name=picture]', (box) => ({ shown: box.checkVisibility(), checked: box.checked }));
    assert.deepEqual(offered, { shown: true, checked: false });
    // Where it goes on a wide card, there is otherwise no more than a headline.
    const colours = () => share.$eval('#card', (canvas) => new Set(new Uint32Array(canvas.getContext('2d').getImageData(900, 90, 230, 120).data.buffer)).size);
    const plain = await colours();
    await choose('[name=picture]');
    const pictured = await save('#save', '.png');
    assert.ok((await colours()) > 10 * plain, `${await colours()} colours, ${plain} without it`);
    assert.match(await share.$eval('#inside', (element) => element.textContent), /picture of the video is not in the evidence/);
    const { code, out } = await run('verify', await kept('pictured.png', pictured));
    assert.equal(code, 0, out);
    assert.equal(carried(pictured).evidence, carried(card).evidence);
    await choose('[name=picture]');
    assert.equal(carried(await save('#save', '.png')).line, carried(card).line);
  });

  test('what is copied is the picture that the evidence is bound to', async () => {
    await share.bringToFront();
    if (browserName === 'chromium') {
      const origin = await share.evaluate(() => location.origin);
      await browser.browser.defaultBrowserContext().overridePermissions(origin, ['clipboard-read', 'clipboard-write']);
    }
    await share.click('#copy');
    await until(() => share.$eval('#done', ({ textContent }) => textContent), 'an answer');
    assert.match(await share.$eval('#done', ({ textContent }) => textContent), /^Copied\..*not the evidence inside/);
    const pasted = await browser.pastedPicture(share);
    const { width, height, pixels } = await share.evaluate(pixelsOf, pasted);
    const size = Buffer.alloc(8);
    size.writeUInt32BE(width);
    size.writeUInt32BE(height, 4);
    const hash = createHash('sha256').update(size).update(Buffer.from(pixels, 'base64')).digest('hex');
    assert.equal(hash, carried(card).line.split(' ')[2]);
    // Browsers write what is copied anew, and so without evidence. The page says so, and so does whoever checks it.
    const { code, out } = await run('verify', await kept('pasted.png', Buffer.from(pasted, 'base64')));
    assert.equal(code, 1);
    assert.match(out, /without evidence/);
  });

  test('the picture is offered to other programs only where the browser hands it on, and what fails is said', async () => {
    const can = await share.evaluate(() => navigator.canShare?.({ files: [new File([new Uint8Array(1)], 'card.png', { type: 'image/png' })] }) === true);
    assert.equal(await share.$eval('#send', (button) => button.checkVisibility()), can);
    const pressed = (button, refusal) => share.evaluate((button, refusal) => {
      document.getElementById('done').textContent = '';
      const refuse = async () => Promise.reject(new DOMException('No.', refusal));
      // What the browser offers is made to refuse; this one need not offer it at all.
      const place = button === 'send' ? navigator : navigator.clipboard;
      Object.defineProperty(place, button === 'send' ? 'share' : 'write', { value: refuse, configurable: true });
      document.getElementById(button).click();
    }, button, refusal);
    const said = () => until(() => share.$eval('#done', ({ textContent }) => textContent), 'an answer');
    await pressed('copy', 'NotAllowedError');
    assert.equal(await said(), 'The browser did not let the picture be copied: save it instead. No.');
    await pressed('send', 'NotAllowedError');
    assert.equal(await said(), 'The picture could not be handed on: save it, and send the file. No.');
    // Who closes the list of programs wants nothing said.
    await pressed('send', 'AbortError');
    await share.evaluate(() => new Promise(requestAnimationFrame));
    assert.equal(await share.$eval('#done', ({ textContent }) => textContent), '');
    await share.evaluate(() => (delete navigator.clipboard.write, delete navigator.share));
  });

  test('a card of which one byte was altered is refused', async () => {
    const places = chunks(card).flatMap(({ at, data }) => [at, at + 4, at + 8, at + 8 + data.length].filter((at) => at < card.length));
    for (let i = 0; i < ALTERED; i += 1) places.push(Math.floor((card.length * i) / ALTERED));
    const files = await Promise.all(
      places.map((at, i) => {
        const altered = Buffer.from(card);
        altered[at] ^= 1 << i % 8;
        return kept(`altered-${i}.png`, altered);
      }),
    );
    const { code, out } = await run('verify', '--json', ...files);
    const told = out.trim().split('\n').map((line) => JSON.parse(line));
    assert.equal(code, 1);
    assert.equal(told.length, places.length);
    const reason = /altered or damaged|cut off|no PNG|not JSON|not text|not Whystall evidence|no card does|without evidence|pixels/;
    for (const [i, { ok, error }] of told.entries()) {
      assert.equal(ok, false, `byte ${places[i]}`);
      assert.match(error, reason, `byte ${places[i]}`);
    }
  });

  test('who knows about checksums is found out, too', async () => {
    const { evidence } = carried(card);
    const content = JSON.parse(evidence);
    const longer = structuredClone(content);
    longer.report.stalls.at(-1).duration += 1_000_000;
    const cases = {
      'the pixels are not those': withOtherPixel(card),
      'the evidence is not what': withEvidence(card, JSON.stringify(longer), { stated: false }),
      'altered since it was made: states SHA-256': withEvidence(card, JSON.stringify(longer)),
      'the replay differs from the recorded verdict at `report.stalls': withEvidence(card, resealed(longer)),
    };
    for (const [reason, altered] of Object.entries(cases)) {
      const file = await kept('forged.png', altered);
      const { code, out } = await run('verify', file);
      assert.equal(code, 1, reason);
      assert.ok(out.includes(reason), `${out} does not say: ${reason}`);
      const said = reason.startsWith('the replay') ? /do not give the verdict/ : /altered or damaged/;
      assert.match(await checked(file, 'bad'), said);
    }
    // One that was not touched goes through the same hands unharmed.
    assert.equal((await run('verify', await kept('same.png', withEvidence(card, resealed(content))))).code, 0);
  });

  test('the extension checks a card, evidence, and what is neither', async () => {
    const headline = await popup.$eval('.stall .headline', (element) => element.textContent);
    const good = await checked(await kept('good.png', card), 'good');
    assert.match(good, /belong together/);
    assert.ok(good.includes(headline) && good.includes(JSON.parse(carried(card).evidence).sha256));
    assert.match(await checked(await kept('good.whystall', Buffer.from(carried(card).evidence)), 'good'), /not altered since/);
    const stripped = card.subarray(0, 8);
    const plain = Buffer.concat([stripped, ...chunks(card).filter(({ kind }) => kind !== 'iTXt').map(({ at, data }) => card.subarray(at, at + 12 + data.length))]);
    assert.match(await checked(await kept('stripped.png', plain), 'bad'), /without evidence/);
    assert.match(await checked(await kept('letter.txt', Buffer.from('Dear ISP')), 'bad'), /Neither/);
    assert.match(await checked(await kept('large.whystall', Buffer.alloc(9 << 20)), 'bad'), /Too large/);
  });

  test('the page fits a narrow window, and says what it cannot show', async () => {
    await share.setViewport({ width: 320, height: 640 });
    assert.ok(await share.evaluate(() => document.documentElement.scrollWidth <= 320), 'it scrolls sideways');
    const names = await share.$$eval('main button:not([hidden]), main input:not([hidden])', (controls) =>
      controls.map((control) => (control.labels?.[0] ?? control).textContent.trim()),
    );
    assert.ok(names.length >= 10 && names.every(Boolean), JSON.stringify(names));
    const unknown = await browser.openExtensionPage('share.html?stall=0');
    await until(() => unknown.$eval('#failed', ({ hidden, textContent }) => !hidden && /not stored/.test(textContent)), 'the error');
    assert.ok(await unknown.$eval('#save', (button) => button.disabled), 'nothing is drawn that could be saved');
  });

  /** Waits until the picture is drawn as chosen. */
  async function ready() {
    await until(() => share.$eval('#save', (button) => !button.disabled && button.offsetParent !== null), 'the card');
  }

  async function choose(selector) {
    await share.$eval(selector, (input) => input.click());
    await ready();
  }

  /** Presses a button of the share page; gives what it saved. */
  async function save(button, extension) {
    await share.bringToFront();
    await share.click(button);
    const file = path.join(dir, `taken${extension}`);
    await rename(await downloaded(dir, extension), file);
    return readFile(file);
  }

  /** The viewer calls the network so. */
  async function name(settings, name) {
    await settings.evaluate((networks) => (globalThis.browser ?? globalThis.chrome).storage.local.set({ networks }), networks(name));
  }

  async function kept(name, bytes) {
    const file = path.join(dir, name);
    await writeFile(file, bytes);
    return file;
  }

  /** What the share page says of this file. */
  async function checked(file, verdict) {
    const name = path.basename(file);
    const input = await share.$('#check input[type=file]');
    await share.$eval('#check [role=status]', (status) => status.replaceChildren());
    await input.uploadFile(file);
    const told = () => share.$eval('#check [role=status]', (status, verdict) => status.querySelector(`.checked.${verdict}`)?.textContent, verdict);
    return until(async () => {
      const text = await told();
      return text?.includes(name) && text;
    }, `the check of ${name} to be ${verdict}`);
  }
});

const pick = ({ cause, zones, cleared, duration, by_zone }) => ({ cause, zones, cleared, duration, by_zone });

/** Size and pixels of a PNG; both in base64. Runs in a page. */
async function pixelsOf(png) {
  const image = await createImageBitmap(new Blob([Uint8Array.fromBase64(png)], { type: 'image/png' }));
  const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  return { width: image.width, height: image.height, pixels: new Uint8Array(data.buffer).toBase64() };
}

/** Runs the program; a file that is refused is an answer, too. */
function run(...words) {
  return new Promise((done) => {
    execFile(whystall, words, { maxBuffer: 64 << 20 }, (error, stdout, stderr) => done({ code: error ? error.code : 0, out: stdout || stderr }));
  });
}
