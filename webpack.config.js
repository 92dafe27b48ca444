// @ts-check
// Makes the unpacked extension of one browser: `npx webpack --env browser=chrome` (or `firefox`). The core has to be
// in target/wasm/ before, what the pages need in target/pages/, and the table of networks in target/networks/. `cargo xtask build`
// does all of it.

'use strict';

const path = require('node:path');
const CopyPlugin = require('copy-webpack-plugin');
const { version } = require('./package.json');

const BROWSERS = ['chrome', 'firefox'];

module.exports = (/** @type {{ browser?: string }} */ { browser = '' }) => {
  if (!BROWSERS.includes(browser)) throw new Error(`--env browser=… must be one of ${BROWSERS.join(', ')}`);
  return {
    mode: 'production',
    target: ['web', 'es2022'],
    // No eval, and nothing in the package that is not the program.
    devtool: false,
    context: path.resolve(__dirname, 'extension'),
    entry: {
      probe: './probe.js',
      content: './content.js',
      background: './background.js',
      popup: './popup.js',
      share: './share.js',
      'inspect-worker': './inspect-worker.js',
      stats: './stats.js',
      settings: './settings.js',
      line: './line.js',
      // M-Lab's own, behind a socket that keeps to the cap.
      'line-download': ['./line-socket.js', '@m-lab/ndt7/src/ndt7-download-worker.js'],
      'line-upload': ['./line-socket.js', '@m-lab/ndt7/src/ndt7-upload-worker.js'],
      welcome: './welcome.js',
    },
    output: {
      path: path.resolve(__dirname, 'dist', browser),
      clean: true,
      publicPath: '',
    },
    module: {
      parser: { javascript: { url: false, importMeta: false } },
      rules: [
        { test: /\.css$/, type: 'asset/source' },
        { test: /d3-selection[\\/]dist/, loader: path.resolve(__dirname, 'webpack.no-html.js') },
      ],
    },
    optimization: {
      // Readable for whoever reviews the package; size hardly matters for a file on the same disk.
      minimize: false,
      // The probe and the content script are each one file that needs no other.
      splitChunks: false,
      runtimeChunk: false,
    },
    performance: false,
    plugins: [
      new CopyPlugin({
        patterns: [
          { from: '../manifest.json', to: 'manifest.json', transform: (source) => manifestFor(browser, source) },
          { from: '../target/wasm/whystall_web_bg.wasm' },
          { from: '../target/pages/whystall_pages_bg.wasm' },
          { from: '../target/networks/networks.bin' },
          { from: '*.html' },
          { from: '*.css' },
          { from: '_locales', to: '_locales' },
          { from: 'icons', to: 'icons' },
        ],
      }),
    ],
  };
};

/**
 * The one manifest without what this browser does not know.
 * @param {string} browser
 * @param {Buffer} source
 */
function manifestFor(browser, source) {
  const manifest = { ...JSON.parse(source.toString()), version };
  const { service_worker, scripts } = manifest.background;
  if (browser === 'firefox') {
    manifest.background = { scripts };
    delete manifest.minimum_chrome_version;
    // Firefox always does.
    delete manifest.message_serialization;
  } else {
    manifest.background = { service_worker };
    delete manifest.browser_specific_settings;
  }
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
