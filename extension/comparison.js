// @ts-check
// Comparisons on the stats page: before and after what the viewer marked, one network and another. What differs by more than
// chance is for the core to say (src/history/compare.rs).

import { table } from './charts.js';
import { KINDS, NOTE_LIMIT, addMarks, marks, removeMark } from './marks.js';
import { element, length, named, onDay, percent, points, say, seconds } from './say.js';

const DAY = 86_400_000;

const at = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const form = /** @type {HTMLFormElement} */ (at('mark'));
const field = (/** @type {string} */ name) => /** @type {HTMLInputElement | HTMLSelectElement} */ (form.elements.namedItem(name));
const pair = /** @type {HTMLFormElement} */ (at('pair'));
const side = (/** @type {string} */ name) => /** @type {HTMLSelectElement} */ (pair.elements.namedItem(name));

/** The mark that is looked at. */
let chosen = '';

/**
 * Shows marks and what can be done with them.
 * @param {{ ask: (question: string) => Promise<boolean>, changed: () => Promise<void> }} host
 */
export async function showMarks({ ask, changed }) {
  const all = await marks();
  if (!all.some(({ id }) => id === chosen)) chosen = all[0]?.id ?? '';
  const items = all.map((mark) => {
    const words = wordsOf(mark);
    const radio = element('input', { type: 'radio', name: 'marked', value: mark.id, checked: mark.id === chosen });
    radio.addEventListener('change', () => ((chosen = mark.id), changed()));
    const gone = element('button', { type: 'button', 'aria-label': say('compare_mark_delete', words) }, say('stats_delete'));
    gone.addEventListener('click', async () => {
      if (!(await ask(say('compare_mark_delete_sure', words)))) return;
      await removeMark(mark.id);
      await showMarks({ ask, changed });
      await changed();
      at('change-title').focus();
    });
    return element('li', {}, element('label', {}, radio, ' ', words), gone);
  });
  at('marks').replaceChildren(...items);
  at('marked').hidden = items.length === 0;
}

/** Where the viewer says what changed. @param {Parameters<typeof showMarks>[0]} host */
export function mountMarks(host) {
  const kinds = KINDS.map((kind) => element('option', { value: kind }, say(`compare_kind_${kind}`)));
  field('kind').replaceChildren(...kinds);
  field('note').setAttribute('maxlength', String(NOTE_LIMIT));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const day = /** @type {HTMLInputElement} */ (field('day')).valueAsNumber / DAY;
    const mark = { day, kind: /** @type {typeof KINDS[number]} */ (field('kind').value), note: field('note').value };
    await addMarks([mark]);
    form.reset();
    chosen = (await marks()).find((other) => other.day === day && other.kind === mark.kind)?.id ?? '';
    await showMarks(host);
    await host.changed();
  });
  pair.addEventListener('change', host.changed);
}

/** @param {import('./marks.js').Mark} mark */
const wordsOf = ({ day, kind, note }) => [onDay(day), say(`compare_kind_${kind}`), ...(note ? [note] : [])].join(' · ');

/**
 * What the core is asked for the mark that is looked at (`Versus` in src/history/mod.rs): other marks bound both sides,
 * since what changed there is another matter.
 */
export async function changeAsked() {
  const all = await marks();
  const mark = all.find(({ id }) => id === chosen);
  if (!mark) return undefined;
  const days = all.map(({ day }) => day);
  const before = Math.max(...days.filter((day) => day < mark.day));
  const after = Math.min(...days.filter((day) => day > mark.day));
  return { day: mark.day, ...(Number.isFinite(before) && { since: before }), ...(Number.isFinite(after) && { until: after }) };
}

/** The days of all marks. */
export const markedDays = async () => [...new Set((await marks()).map(({ day }) => day))];

/** @param {any} comparison `Comparison` of src/history/compare.rs, if one was asked for */
export function showChange(comparison) {
  at('change').replaceChildren(...(comparison ? told(comparison, say('compare_before'), say('compare_after'), 'since') : []));
}

/** Offers networks to compare. @param {[string, string][]} networks id and name, at least two */
export function offerNetworks(networks) {
  for (const [index, name] of ['one', 'other'].entries()) {
    const { value } = side(name);
    side(name).replaceChildren(...networks.map(([id, name]) => element('option', { value: `=${id}` }, name)));
    side(name).value = networks.some(([id]) => `=${id}` === value) ? value : `=${networks[index]?.[0] ?? ''}`;
  }
}

/** What the core is asked for the two networks that are looked at. */
export function networksAsked() {
  const [network, other] = ['one', 'other'].map((name) => side(name).value.slice(1));
  return network === other ? undefined : { network, other };
}

/** @param {any} comparison */
export function showNetworks(comparison) {
  const [one, other] = ['one', 'other'].map((name) => side(name).selectedOptions[0]?.textContent ?? '');
  at('pair-told').replaceChildren(...(comparison ? told(comparison, one, other, 'there') : []));
}

/**
 * A sentence, and the numbers.
 * @param {any} comparison @param {string} one @param {string} other @param {'since' | 'there'} how
 */
function told({ sides, stalled, reduced, zones }, one, other, how) {
  const verdict = (/** @type {any} */ { difference }) => {
    if (!difference) return 'little';
    return difference.high < 0 ? `less_${how}` : difference.low > 0 ? `more_${how}` : 'same';
  };
  const sentences = [say(`compare_${verdict(stalled)}`, other)];
  if (reduced.difference && verdict(reduced) !== 'same') sentences.push(say(`compare_picture_${verdict(reduced)}`, other));
  const clear = zones.filter((/** @type {any} */ { measure }) => measure.difference && verdict(measure) !== 'same');
  for (const { zone, measure } of clear) sentences.push(say(`compare_zone_${verdict(measure)}`, named('zone', zone), other));
  const row = (/** @type {string} */ name, /** @type {any} */ { parts, difference }, /** @type {(part: number) => string} */ as, /** @type {(part: number) => string} */ by) => [
    name, ...(parts ?? [null, null]).map((/** @type {number | null} */ part) => (part === null ? say('history_unknown') : as(part))),
    difference ? say('compare_between', by(difference.observed), by(difference.low), by(difference.high)) : say('compare_unclear'),
  ];
  const rows = [
    row(say('compare_stalled'), stalled, percent, points), row(say('compare_reduced'), reduced, percent, points),
    ...zones.map((/** @type {any} */ { zone, measure }) => row(named('zone', zone), measure, seconds, (part) => seconds(part, true))),
  ];
  const numbers = table(say('compare_caption'), [say('compare_what'), one, other, say('compare_difference')], rows);
  const hours = sides.map((/** @type {any} */ { matched, watched, matchedDays }) => say('compare_hours', length(matched), length(watched), matchedDays));
  return [
    ...sentences.map((words) => element('p', { class: 'result' }, words)),
    element('div', { class: 'wide compared', tabindex: 0, role: 'group', 'aria-label': say('compare_caption') }, numbers),
    element('p', { class: 'note' }, say('compare_matched', `${one}: ${hours[0]}`, `${other}: ${hours[1]}`)),
    element('p', { class: 'note' }, say('compare_how')),
  ];
}
