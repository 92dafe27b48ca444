// What either way into a page's worker would do to it, and why Whystall takes neither: docs/decisions/0007. When this
// fails, browsers have changed, and that decision is to be made anew.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { BROWSERS, launch, until } from '../../demo/browsers.mjs';

const browserName = process.env.WHYSTALL_BROWSER ?? BROWSERS[0];

/** Makes a worker of the page's own, one with our code in front of its text, and one of ours that then imports the page's. */
function page() {
  const own = '"use strict"; postMessage(`runs, strict: ${(function () { return this === undefined; })()}`);';
  const made = (text) => URL.createObjectURL(new Blob([text]));
  const imports = `addEventListener('securitypolicyviolation', ({ effectiveDirective }) => postMessage('violates ' + effectiveDirective));
    try { importScripts(${JSON.stringify(made(own))}); } catch ({ name }) { postMessage('dies of ' + name); }`;
  window.said = {};
  for (const [name, text] of Object.entries({ own, behind: `self.ours = true; ${own}`, imported: imports })) {
    said[name] = [];
    new Worker(made(text)).onmessage = ({ data }) => said[name].push(data);
  }
}

describe(`a worker that is entered, in ${browserName}`, () => {
  let browser;
  let server;
  before(async () => {
    browser = await launch(browserName, { extension: false });
    server = createServer(({ url }, response) => {
      const { pathname, searchParams } = new URL(url, 'http://localhost');
      if (searchParams.has('policy')) response.setHeader('Content-Security-Policy', searchParams.get('policy'));
      const script = pathname === '/page.js';
      response.setHeader('Content-Type', script ? 'text/javascript' : 'text/html');
      response.end(script ? `(${page})()` : '<!doctype html><script src="/page.js"></script>');
    });
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
  });
  after(async () => {
    await browser.close();
    server.closeAllConnections();
    server.close();
  });

  async function said(query, counts) {
    const opened = await browser.open(`http://localhost:${server.address().port}/?${new URLSearchParams(query)}`);
    const all = () => opened.evaluate(() => window.said);
    const told = await until(async () => {
      const said = await all();
      return Object.entries(counts).every(([name, count]) => said[name]?.length === count) && said;
    }, 'the workers to say something');
    await opened.close();
    return told;
  }

  test('behind our code it is no longer strict', async () => {
    const { own, behind } = await said({}, { own: 1, behind: 1 });
    assert.deepEqual([own, behind], [['runs, strict: true'], ['runs, strict: false']]);
  });

  test('imported by our code it dies of a policy under which it runs by itself', async () => {
    const { own, imported } = await said({ policy: "script-src 'self'; worker-src blob:" }, { own: 1, imported: 2 });
    assert.deepEqual(own, ['runs, strict: true']);
    assert.deepEqual(imported.toSorted(), ['dies of NetworkError', 'violates script-src-elem']);
  });
});
