// @ts-check
// The list of stalls on the stats page, newest first.

import { remove, stalls } from './history.js';
import { isRow } from './records.js';
import { element, length, named, places, say, when } from './say.js';

/** Stalls shown at a time. */
const PAGE = 50;

/**
 * @param {{ site?: string, network?: string, since?: number }} wanted
 * @param {{ ask: (question: string) => Promise<boolean>, changed: () => Promise<void> }} host
 */
export async function showStalls(wanted, host) {
  const list = /** @type {HTMLElement} */ (document.getElementById('stalls'));
  const more = /** @type {HTMLButtonElement} */ (document.getElementById('more'));
  // One more than is shown tells whether there are more.
  const rows = await stalls({ ...wanted, limit: PAGE + 1 });
  list.replaceChildren(...rows.slice(0, PAGE).map((row) => item(row, host)));
  if (rows.length === 0) list.replaceChildren(element('li', {}, say('stats_no_stalls')));
  more.hidden = rows.length <= PAGE;
  let before = rows.at(PAGE - 1)?.began;
  more.onclick = async () => {
    const next = await stalls({ ...wanted, before, limit: PAGE + 1 });
    const items = next.slice(0, PAGE).map((row) => item(row, host));
    list.append(...items);
    more.hidden = next.length <= PAGE;
    before = next.at(PAGE - 1)?.began;
    // The button may be gone from under the finger.
    items[0]?.querySelector('button')?.focus();
  };
}

/** @param {import('./records.js').Row} row @param {Parameters<typeof showStalls>[1]} host */
function item(row, host) {
  const { id, began, duration, cause, zones, site, host: server, kept, cut } = row;
  if (!isRow(row)) {
    const gone = deletion(id, say('stats_delete_spoilt'), host);
    return element('li', {}, element('div', { class: 'told' }, element('span', { class: 'more' }, say('stats_spoilt_stall'))), gone);
  }
  const time = when(began);
  const notes = [...(cut ? [say('stats_cut')] : []), ...(kept === undefined && !cut ? [say('stats_no_evidence')] : [])];
  const told = element('div', { class: 'told' },
    element('span', { class: 'what' }, say('stats_line', length(duration), named('cause', cause))),
    element('span', { class: 'where' }, places(zones)),
    element('span', { class: 'more' }, [time, site || say('stats_site_unknown'), ...(server && server !== site ? [server] : []), ...notes].join(' · ')));
  const share = element('a', { class: 'button', href: `share.html?stall=${encodeURIComponent(id)}`, 'aria-label': say('history_share_label', time) }, say('history_share'));
  return element('li', {}, told, ...(kept === undefined ? [] : [share]), deletion(id, say('stats_delete_label', time), host));
}

/** The button that deletes a stall. @param {string} id @param {string} label @param {Parameters<typeof showStalls>[1]} host */
function deletion(id, label, host) {
  const gone = element('button', { type: 'button', 'aria-label': label }, say('stats_delete'));
  gone.addEventListener('click', async () => {
    if (!(await host.ask(say('stats_delete_one')))) return;
    await remove(id);
    await host.changed();
    document.getElementById('stalls-title')?.focus();
  });
  return gone;
}
