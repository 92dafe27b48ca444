// @ts-check
// Checks one file for extension/inspect.js and says what came of it, as JSON.

import { pages } from './pages.js';

onmessage = async ({ data: { bytes, words } }) => {
  try {
    const { inspect } = await pages();
    postMessage(inspect(new Uint8Array(bytes), words));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    postMessage(JSON.stringify({ good: false, said: 'check_failed', why }));
  }
};
