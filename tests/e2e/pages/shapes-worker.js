// Fetches for the page, and hands over the bytes.
'use strict';
onmessage = async ({ data: { id, url } }) => {
  const bytes = await (await fetch(url)).arrayBuffer();
  postMessage({ id, bytes }, [bytes]);
};
