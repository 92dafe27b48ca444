// @ts-check
// The table of networks that comes with the extension (crates/networks).

const api = globalThis.browser ?? globalThis.chrome;

export const tableAddress = () => api.runtime.getURL('networks.bin');

/** When it is of, as 2026-06-17: the number after the eight bytes that it begins with. */
export async function tableDate() {
  const reader = (await fetch(tableAddress())).body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  await reader?.cancel();
  const date = String(value ? new DataView(value.buffer, value.byteOffset).getUint32(8, true) : '');
  return date.replace(/^(....)(..)(..)$/, '$1-$2-$3');
}
