// @ts-check
// The charts of the stats page: pictures by Observable Plot (docs/decisions/0014), each with a sentence for screen readers
// and a table of the same numbers. Colours are the page's (stats.css), so that both themes and print have theirs.

import { barX, cell, plot, rectY, ruleX, ruleY } from '@observablehq/plot';
import { element, hourName, inShort, length, named, number, onDay, percent, say, times, weekdayName } from './say.js';

const DAY = 86_400_000;
/** Lowest part of the time, in millionths, of each but the first shade of the heat map: below it is too little to see. */
const SHADES = [0, 2_000, 5_000, 10_000, 20_000, 50_000];
/** Sites drawn; the table has all. */
const SITES = 10;
/** Days listed in the table. */
const DAYS = 366;

/** @typedef {{ alt: string, draw: (width: number) => Node, table: HTMLTableElement, legend?: Node }} Chart */

/** Puts it in, and draws it anew when there is more or less room. @param {HTMLElement} parent @param {Chart} chart */
export function show(parent, { alt, draw, table, legend }) {
  const picture = element('div', { class: 'picture', role: 'img', 'aria-label': alt });
  let drawn = 0;
  const redraw = () => {
    const width = Math.floor(picture.clientWidth);
    if (width === 0 || width === drawn) return;
    drawn = width;
    picture.replaceChildren(draw(width));
    // Plot names its marks for screen readers, where names are not allowed; the sentence says it all.
    for (const part of picture.querySelectorAll('g[aria-label]')) part.removeAttribute('aria-label');
  };
  const numbers = element('details', {}, element('summary', {}, say('stats_table')), element('div', { class: 'wide', tabindex: 0, role: 'group', 'aria-label': say('stats_table') }, table));
  parent.replaceChildren(element('figure', {}, ...(legend ? [legend] : []), picture, numbers));
  new ResizeObserver(redraw).observe(picture);
  redraw();
}

/** @param {string} caption @param {string[]} head @param {(string | number)[][]} rows the first of each is its name */
export function table(caption, head, rows) {
  const made = element('table', {}, element('caption', {}, caption), element('thead', {}, element('tr', {}, ...head.map((name) => element('th', { scope: 'col' }, name)))));
  made.append(element('tbody', {}, ...rows.map(([name, ...values]) =>
    element('tr', {}, element('th', { scope: 'row' }, String(name)), ...values.map((value) => element('td', {}, String(value)))))));
  return /** @type {HTMLTableElement} */ (made);
}

/** @param {[string, string][]} entries class and words */
const legend = (entries) =>
  element('ul', { class: 'legend', 'aria-hidden': 'true' }, ...entries.map(([shade, words]) => element('li', {}, element('span', { class: `shade ${shade}` }), ` ${words}`)));

/** Minutes or hours, whatever reads better. @param {number} most µs */
function scaleOf(most) {
  const [unit, name] = most < 120e6 ? [1e6, 's'] : most < 7200e6 ? [60e6, 'min'] : [3600e6, 'h'];
  return { of: (/** @type {number} */ micros) => micros / unit, name };
}

const FRAME = { marginTop: 10, marginRight: 14, marginBottom: 32, style: { fontSize: '12px', background: 'none', overflow: 'visible' } };

/** @param {any[]} zones `zones` of the answer (src/history/mod.rs) @returns {Chart} */
export function zonesChart(zones) {
  const most = Math.max(...zones.map(({ aloneTime, possibleTime }) => aloneTime + possibleTime));
  const scale = scaleOf(most);
  const name = (/** @type {string} */ zone) => named('zone', zone);
  const bars = zones.flatMap(({ zone, aloneTime, possibleTime }) => [
    { zone, time: aloneTime, fill: 'var(--alone)', what: say('stats_alone') },
    { zone, time: possibleTime, fill: 'var(--possible-bar)', what: say('stats_possible') },
  ]);
  const longest = zones.find(({ aloneTime, possibleTime }) => aloneTime + possibleTime === most);
  return {
    alt: say('stats_zones_alt', name(longest.zone), length(longest.aloneTime), length(longest.possibleTime)),
    legend: legend([['alone', say('stats_alone')], ['possible', say('stats_possible')]]),
    draw: (width) => {
      const narrow = width < 480;
      return plot({
        ...FRAME, width, height: 7 * 30 + 42, marginLeft: narrow ? 96 : 260,
        x: { label: scale.name, labelArrow: 'none', grid: true, ticks: narrow ? 4 : 8, tickFormat: number },
        y: { label: null, domain: zones.map(({ zone }) => zone), tickFormat: narrow ? (/** @type {string} */ zone) => named('zone_short', zone) : name, tickSize: 0 },
        marks: [
          barX(bars, { x: ({ time }) => scale.of(time), y: 'zone', fill: 'fill', stroke: 'var(--ink)', strokeWidth: 0.75, insetTop: 2, insetBottom: 2, title: ({ zone, what, time }) => `${name(zone)}: ${what}, ${length(time)}` }),
          ruleX([0]),
        ],
      });
    },
    table: table(
      say('stats_zones'),
      [say('stats_zone'), say('stats_alone'), say('stats_time'), say('stats_possible'), say('stats_time')],
      zones.map(({ zone, alone, aloneTime, possible, possibleTime }) => [name(zone), alone, length(aloneTime), possible, length(possibleTime)]),
    ),
  };
}

/** @param {any[]} days @param {number[]} changed days to mark @returns {Chart} */
export function trendChart(days, changed) {
  const span = days.at(-1).day - days[0].day + 1;
  const worst = days.reduce((worst, day) => (day.figures.stalled > worst.figures.stalled ? day : worst));
  const bars = days.map(({ day, figures }) => ({ from: new Date(day * DAY), to: new Date((day + 1) * DAY), part: figures.stalled / 1e4, day, figures }));
  return {
    alt: `${say('stats_trend_title')}. ${say('stats_trend_alt', onDay(days[0].day), onDay(days.at(-1).day), onDay(worst.day), percent(worst.figures.stalled))}`,
    draw: (width) => plot({
      ...FRAME, width, height: 200, marginLeft: 44,
      x: { label: null, type: 'utc', ticks: Math.min(days.length, width < 480 ? 3 : 7), tickFormat: (/** @type {Date} */ at) => inShort(at.getTime() / DAY) },
      y: { label: '%', labelArrow: 'none', grid: true, ticks: 4, tickFormat: number, domain: [0, Math.max(1, ...bars.map(({ part }) => part))] },
      marks: [
        rectY(bars, { x1: 'from', x2: 'to', y: 'part', fill: 'var(--stalled-bar)', insetRight: width > 4 * span ? 1 : 0, title: ({ day, figures }) => `${onDay(day)}: ${percent(figures.stalled)}` }),
        ruleY([0]),
        ruleX(changed.filter((day) => day >= days[0].day && day <= days.at(-1).day).map((day) => new Date(day * DAY)), { stroke: 'var(--accent)', strokeWidth: 2, strokeDasharray: '4,3' }),
      ],
    }),
    table: table(
      say('stats_trend_title'),
      [say('stats_day'), say('stats_watched'), say('stats_stalled'), say('stats_count')],
      days.slice(-DAYS).reverse().map(({ day, figures }) => [onDay(day), length(figures.sum.played + figures.sum.stalled), percent(figures.stalled), figures.sum.stalls]),
    ),
  };
}

/** @param {any[]} week the figures of each hour of it @returns {Chart} */
export function weekChart(week) {
  const watched = (/** @type {any} */ { sum }) => sum.played + sum.stalled;
  const cells = week.map((figures, hour) => ({ figures, hour, weekday: Math.floor(hour / 24), of: hour % 24 }));
  const known = cells.filter(({ figures }) => figures.stalled !== null);
  const worst = known.reduce((worst, cell) => (cell.figures.stalled > worst.figures.stalled ? cell : worst));
  const shade = (/** @type {number | null} */ part) => (part === null ? 'none' : `heat-${part === 0 ? 0 : SHADES.findLastIndex((least) => part > least) + 1}`);
  const words = ({ figures, hour }) => (figures.stalled === null
    ? `${hourName(hour)}: ${say('stats_week_none')}`
    : say('stats_week_cell', hourName(hour), percent(figures.stalled), length(watched(figures))));
  return {
    alt: `${say('stats_trend_title')}. ${say('stats_week_alt', hourName(worst.hour), percent(worst.figures.stalled))}`,
    legend: legend([
      ['none', say('stats_week_none')], ['heat-0', say('stats_week_zero')],
      ...SHADES.slice(1).map((most, index) => /** @type {[string, string]} */ ([`heat-${index + 1}`, say('stats_week_upto', percent(most))])),
      ['heat-6', say('stats_week_more')],
    ]),
    draw: (width) => plot({
      ...FRAME, width, height: 7 * Math.min(30, Math.max(16, width / 26)) + 40, marginLeft: 40, marginRight: 4,
      x: { label: null, domain: cells.slice(0, 24).map(({ of }) => of), tickFormat: (/** @type {number} */ of) => (of % (width < 480 ? 6 : 3) === 0 ? String(of) : ''), tickSize: 0, padding: 0 },
      y: { label: null, domain: [0, 1, 2, 3, 4, 5, 6], tickFormat: (/** @type {number} */ day) => weekdayName(day, true), tickSize: 0, padding: 0 },
      marks: [cell(cells, { x: 'of', y: 'weekday', fill: ({ figures }) => `var(--${shade(figures.stalled)})`, stroke: 'var(--edge)', strokeWidth: 0.5, inset: 0.5, title: words })],
    }),
    table: table(
      say('stats_trend_title'),
      [say('stats_hour'), ...[0, 1, 2, 3, 4, 5, 6].map((day) => weekdayName(day, true))],
      cells.slice(0, 24).map(({ of }) => [`${of}–${of + 1}`, ...[0, 1, 2, 3, 4, 5, 6].map((day) => percent(week[day * 24 + of].stalled))]),
    ),
  };
}

/** @param {any[]} sites @param {string} caption @param {string} column @returns {Chart} */
export function sitesChart(sites, caption, column) {
  const title = (/** @type {string} */ site) => site || say('stats_site_unknown');
  const bars = sites.slice(0, SITES).map(({ name, figures }) => ({ name: title(name), part: figures.stalled / 1e4, figures }));
  const worst = bars.reduce((worst, bar) => (bar.part > worst.part ? bar : worst));
  return {
    alt: say('stats_sites_alt', worst.name, percent(worst.figures.stalled)),
    draw: (width) => {
      const room = Math.min(width * 0.4, 8 + 7 * Math.max(...bars.map(({ name }) => name.length)));
      const fits = Math.floor(room / 7);
      return plot({
        ...FRAME, width, height: bars.length * 28 + 42, marginLeft: room,
        x: { label: '%', labelArrow: 'none', grid: true, ticks: width < 480 ? 4 : 8, tickFormat: number, domain: [0, Math.max(1, ...bars.map(({ part }) => part))] },
        // The end of a host's name says whose it is.
        y: { label: null, domain: bars.map(({ name }) => name), tickFormat: (/** @type {string} */ name) => (name.length > fits ? `…${name.slice(1 - fits)}` : name), tickSize: 0 },
        marks: [
          barX(bars, { x: 'part', y: 'name', fill: 'var(--stalled-bar)', insetTop: 3, insetBottom: 3, title: ({ name, figures }) => `${name}: ${percent(figures.stalled)}` }),
          ruleX([0]),
        ],
      });
    },
    table: figuresTable(caption, column, sites.map(({ name, figures }) => [title(name), figures])),
  };
}

/** @param {string} caption @param {string} column @param {[string, any][]} rows */
function figuresTable(caption, column, rows) {
  const head = [column, 'stats_watched', 'stats_stalled', 'stats_an_hour', 'stats_start_up', 'stats_reduced'];
  return table(caption, head.map((key, index) => (index === 0 ? key : say(key))), rows.map(([name, figures]) => [
    name, length(figures.sum.played + figures.sum.stalled), percent(figures.stalled), times(figures.stallsAnHour), length(figures.startUp), percent(figures.reduced),
  ]));
}
