// Launches Chromium and Firefox with the extension, each with a fresh profile.
import { execFile } from 'node:child_process';
import { access, cp, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import puppeteer from 'puppeteer-core';

export const BROWSERS = ['chromium', 'firefox'];

/** Where the built extension is. */
export const dist = path.join(path.dirname(fileURLToPath(import.meta.url)), '../dist');

/** What a page must get done within, milliseconds, on a machine that has other things to do. */
const PATIENCE = 20_000;

/**
 * @param {'chromium'|'firefox'} name
 * @param {object} [options]
 * @param {boolean} [options.headless]
 * @param {boolean} [options.dark] the viewer prefers dark pages
 * @param {boolean | string} [options.extension] with Whystall installed, or with what is in this directory
 * @param {string} [options.networks] a table of networks that it has in place of its own
 * @param {boolean} [options.anyCertificate] a server may certify itself
 * @param {string} [options.downloads] directory that downloads go to
 * @param {number} [options.quota] megabytes of media that a source may hold, for pictures and for sound
 * @param {number} [options.room] megabytes that Firefox lets a site or an extension store, 10 at least
 * @param {string} [options.proxy] host and port through which everything is asked for, what is on this machine too
 * @param {string} [options.profile] directory of a profile that outlives the browser; with `again` it was used before
 * @param {boolean} [options.again]
 * @param {boolean} [options.clipboard] Firefox has one that keeps pictures, even without a screen
 * @param {boolean} [options.backgrounds] treats tabs in the background as it does for its users
 */
export async function launch(name, { headless = true, dark = false, extension = true, networks, anyCertificate = false, downloads, quota, room, proxy, clipboard = false, backgrounds = false, profile: lasting, again = false } = {}) {
  const profile = lasting ?? (await mkdtemp(path.join(os.tmpdir(), 'whystall-profile-')));
  const start = name === 'firefox' ? startFirefox : startChromium;
  const built = path.join(dist, name === 'firefox' ? 'firefox' : 'chrome');
  const directory = networks ? await withNetworks(built, networks) : built;
  const { browser, base } = await start({ headless, dark, extension, directory, anyCertificate, downloads, quota, room, proxy, clipboard, backgrounds, profile });
  const close = async () => {
    await browser.close();
    if (directory !== built) await rm(directory, { recursive: true, force: true });
    if (!lasting) await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  try {
    // Its first page opens by itself, in front of whatever is there by then.
    if (extension === true && !again) await (await pageAt(browser, `${base}welcome.html`, { patience: FIRST_PAGE })).close();
  } catch (error) {
    // Whoever launched a browser waits for it to end.
    await close();
    throw error;
  }
  return {
    name,
    browser,
    /** Opens an address in a new tab. */
    async open(url) {
      const page = await browser.newPage();
      await page.goto(url, { waitUntil: 'load', timeout: PATIENCE });
      return page;
    },
    /** Opens an address in a private window, where the extension may look, too. Chromium only: Firefox hides its own. */
    openPrivately: (url) => openPrivately(browser, url),
    /** Opens a page of the extension in a new tab. */
    openExtensionPage: (file) => openExtensionPage(browser, base + file),
    /** The address of the popup of a page's tab. */
    popupOf: (page) => popupOf(browser, base, page),
    /** Opens the popup of a page's tab, in a tab of its own. */
    openPopup: async (page) => openExtensionPage(browser, base + (await popupOf(browser, base, page))),
    /** A page that the extension opened itself, whose address begins so. */
    openedExtensionPage: (start) => pageAt(browser, base + start, { fits: (address) => address.startsWith(base + start) }),
    /** Stops the extension's background, as the browser does when it has been idle. */
    stopBackground: () => (name === 'firefox' ? stopEventPage(browser) : stopServiceWorker(browser)),
    /** The picture in the clipboard as a PNG, in base64. In Chromium a page has to be allowed to read it. @param {any} page */
    pastedPicture: (page) => (name === 'firefox' ? inFirefox(browser, FIREFOX_PICTURE) : page.evaluate(pastedPicture)),
    /** Stops all of the browser's processes, or lets them go on: what sleep is to it. */
    signal: async (signal) => {
      for (const pid of await withDescendants(browser.process().pid)) process.kill(pid, signal);
    },
    /** Ends it as a power cut does. */
    async kill() {
      const process = browser.process();
      const gone = new Promise((done) => process.once('exit', done));
      await this.signal('SIGKILL');
      await gone;
    },
    close,
  };
}

/** The extension with another table of networks. @param {string} built @param {string} networks */
async function withNetworks(built, networks) {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'whystall-extension-'));
  await cp(built, directory, { recursive: true });
  await cp(networks, path.join(directory, 'networks.bin'));
  return directory;
}

/** The process and all that came of it. */
async function withDescendants(root) {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=']);
  const processes = stdout.trim().split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  const below = (parent) => processes.filter(([, of]) => of === parent).flatMap(([pid]) => [pid, ...below(pid)]);
  return [root, ...below(root)];
}

/** Asks until the answer is truthy. For conditions that no event announces. */
export async function until(ask, what, patience = PATIENCE) {
  const deadline = performance.now() + patience;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (performance.now() > deadline) throw new Error(`waited ${patience / 1000} s in vain: ${what}`);
    await new Promise((done) => setTimeout(done, POLL));
  }
}

/** Milliseconds that a machine with other things to do may take to show a browser's first page. */
const FIRST_PAGE = 60_000;

/** Milliseconds between two questions: often enough to catch a stall of a second, seldom enough not to disturb it. */
const POLL = 100;

async function startChromium({ headless, dark, extension, directory, anyCertificate, downloads, quota, proxy, backgrounds, profile }) {
  const browser = await puppeteer.launch({
    executablePath: await program(['chromium', 'chromium-browser', 'google-chrome']),
    headless,
    acceptInsecureCerts: anyCertificate,
    pipe: true,
    enableExtensions: extension ? [extension === true ? directory : extension] : false,
    userDataDir: profile,
    defaultViewport: headless ? VIEWPORT : null,
    ignoreDefaultArgs: backgrounds ? NO_BACKGROUNDS : [],
    args: [
      // Chromium's sandbox refuses to run as root.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
      '--autoplay-policy=no-user-gesture-required', '--mute-audio', '--lang=en-US',
      `--blink-settings=preferredColorScheme=${dark ? 0 : 1}`,
      ...(proxy ? [`--proxy-server=${proxy}`, '--proxy-bypass-list=<-loopback>'] : []),
      ...(quota ? [`--mse-video-buffer-size-limit-mb=${quota}`, `--mse-audio-buffer-size-limit-mb=${quota}`] : []),
    ],
  });
  if (downloads) {
    const session = await browser.target().createCDPSession();
    await session.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: downloads });
  }
  if (extension !== true) return { browser, base: null };
  const worker = await browser.waitForTarget(
    (target) => target.type() === 'service_worker' && target.url().startsWith('chrome-extension://'),
    { timeout: PATIENCE },
  );
  return { browser, base: `chrome-extension://${new URL(worker.url()).host}/` };
}

/** Switches of Puppeteer's that spare tabs in the background what browsers do to them. */
const NO_BACKGROUNDS = ['--disable-background-timer-throttling', '--disable-backgrounding-occluded-windows', '--disable-renderer-backgrounding'];

const GECKO_ID = 'whystall@whystall.org';
// Firefox gives every installation a random address; a fixed one can be opened.
const GECKO_UUID = '7c1f6f0a-51f2-4d6e-9c57-2f0c1a3b9d10';

async function startFirefox({ headless, dark, extension, directory, anyCertificate, downloads, quota, room, proxy, clipboard, profile }) {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: await program(['firefox-esr', 'firefox']),
    headless,
    acceptInsecureCerts: anyCertificate,
    userDataDir: profile,
    defaultViewport: headless ? VIEWPORT : null,
    args: ['--remote-allow-system-access'],
    extraPrefsFirefox: {
      'extensions.webextensions.uuids': JSON.stringify({ [GECKO_ID]: GECKO_UUID }),
      'media.autoplay.default': 0,
      'media.autoplay.blocking_policy': 0,
      'layout.css.prefers-color-scheme.content-override': dark ? 0 : 1,
      'intl.locale.requested': 'en-US',
      'full-screen-api.warning.timeout': 0,
      // An extension that is installed for a session leaves nothing else, and would not be there again after a restart.
      'extensions.webextensions.keepStorageOnUninstall': true,
      'extensions.webextensions.keepUuidOnUninstall': true,
      'browser.download.alwaysOpenPanel': false,
      ...(proxy && {
        'network.proxy.type': 1, 'network.proxy.allow_hijacking_localhost': true,
        ...Object.fromEntries(['http', 'ssl'].flatMap((kind) => [[`network.proxy.${kind}`, proxy.split(':')[0]], [`network.proxy.${kind}_port`, Number(proxy.split(':')[1])]])),
      }),
      ...(clipboard && { 'widget.clipboard.use-cached-data.enabled': true }),
      ...(quota && { 'media.mediasource.eviction_threshold.video': quota << 20, 'media.mediasource.eviction_threshold.audio': quota << 20 }),
      // Kilobytes for all; each may have a fifth of it, but 10 MB at least.
      ...(room && { 'dom.quotaManager.temporaryStorage.fixedLimit': room * 5 * 1024 }),
      ...(downloads && { 'browser.download.folderList': 2, 'browser.download.dir': downloads, 'browser.download.useDownloadDir': true }),
    },
  });
  if (extension) await browser.installExtension(extension === true ? directory : extension);
  return { browser, base: `moz-extension://${GECKO_UUID}/` };
}

const VIEWPORT = { width: 1280, height: 800 };

async function openExtensionPage(browser, url) {
  const tab = await browser.newPage();
  // Firefox moves the tab to the extension's process, and `goto` never hears of it.
  tab.goto(url).catch(() => {});
  return pageAt(browser, url);
}

/** Only a page of the extension knows the number of a tab. */
async function popupOf(browser, base, page) {
  const asked = await openExtensionPage(browser, `${base}popup.html`);
  const tab = await asked.evaluate(async (origin) => {
    const tabs = await (globalThis.browser ?? globalThis.chrome).tabs.query({});
    return tabs.find(({ url }) => url?.startsWith(origin))?.id;
  }, new URL(page.url()).origin);
  await asked.close();
  if (tab === undefined) throw new Error(`the extension does not see the tab of ${page.url()}`);
  return `popup.html?tab=${tab}`;
}

/** The page of this address, loaded, once there is one. */
function pageAt(browser, url, { fits = (address) => address === url, patience = PATIENCE } = {}) {
  const address = (page) => page.evaluate(() => document.readyState === 'complete' && location.href).catch(() => null);
  const slow = () => new Promise((done) => setTimeout(done, 500));
  return until(async () => {
    // Puppeteer does not notice Firefox's change of process either: ask the pages themselves.
    for (const page of await browser.pages()) {
      const at = await Promise.race([address(page), slow()]);
      // A page that still loads, or does not answer, is asked again.
      if (at && fits(at)) return page;
    }
    return null;
  }, `a page at ${url}`, patience);
}

async function stopServiceWorker(browser) {
  const target = await browser.waitForTarget((target) => target.type() === 'service_worker', { timeout: PATIENCE });
  const worker = await target.worker();
  await worker.close();
}

async function stopEventPage(browser) {
  await inFirefox(browser, `WebExtensionPolicy.getByID('${GECKO_ID}').extension.terminateBackground({ disableResetIdleForTest: true })`);
}

/** Runs what Firefox offers to its own code only; remote control of that needs --remote-allow-system-access. */
async function inFirefox({ connection }, expression) {
  const { result } = await connection.send('browsingContext.getTree', { 'moz:scope': 'chrome' });
  const target = { context: result.contexts[0].context };
  const answer = await connection.send('script.evaluate', { expression, target, awaitPromise: true });
  if (answer.result.type !== 'success') throw new Error(`in Firefox: ${JSON.stringify(answer.result)}`);
  return answer.result.result?.value;
}

async function pastedPicture() {
  const [item] = await navigator.clipboard.read();
  const bytes = new Uint8Array(await (await item.getType('image/png')).arrayBuffer());
  return bytes.toBase64();
}

/** Without a screen Firefox's clipboard gives back no picture but what it was given: pixels, of which it makes a PNG itself. */
const FIREFOX_PICTURE = `(() => {
  const wanted = Cc['@mozilla.org/widget/transferable;1'].createInstance(Ci.nsITransferable);
  wanted.init(null);
  wanted.addDataFlavor('application/x-moz-nativeimage');
  Services.clipboard.getData(wanted, Services.clipboard.kGlobalClipboard);
  const found = {};
  wanted.getTransferData('application/x-moz-nativeimage', found);
  const picture = found.value.QueryInterface(Ci.imgIContainer);
  const stream = Cc['@mozilla.org/image/tools;1'].getService(Ci.imgITools).encodeImage(picture, 'image/png');
  const bytes = Cc['@mozilla.org/binaryinputstream;1'].createInstance(Ci.nsIBinaryInputStream);
  bytes.setInputStream(stream);
  return btoa(bytes.readBytes(bytes.available()));
})()`;

async function openPrivately(browser, url) {
  const session = await browser.target().createCDPSession();
  await session.send('Extensions.loadUnpacked', { path: path.join(dist, 'chrome'), enableInIncognito: true });
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.goto(url, { waitUntil: 'load', timeout: PATIENCE });
  return page;
}

async function program(names) {
  for (const dir of (process.env.PATH ?? '').split(path.delimiter)) {
    for (const name of names) {
      const file = path.join(dir, name);
      if (await access(file).then(() => true, () => false)) return file;
    }
  }
  throw new Error(`none of ${names.join(', ')} is installed: run cargo xtask setup`);
}
