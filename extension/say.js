// @ts-check
// Words and numbers on the extension's own pages.

const api = globalThis.browser ?? globalThis.chrome;

const catalogue = api.i18n.getMessage('language');
const browsers = api.i18n.getUILanguage();
/** For numbers and dates: the words' language, as it is written where the viewer lives. */
export const language = browsers.startsWith(catalogue) ? browsers : catalogue;

/** @param {string} key @param {(string | number)[]} values in the order of the placeholders' numbers */
export const say = (key, ...values) => api.i18n.getMessage(key, values.map(String)) || key;

/** What the core calls `kebab-case` has words under `kebab_case`. @param {string} kind @param {string} id */
export const named = (kind, id) => api.i18n.getMessage(`${kind}_${id.replaceAll('-', '_')}`) || id;

/** Fills in the texts that the page names. */
export function fillIn() {
  document.documentElement.lang = catalogue;
  for (const element of document.querySelectorAll('[data-message]')) {
    element.textContent = say(/** @type {HTMLElement} */ (element).dataset.message ?? '');
  }
}

const decimal = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
const hundredths = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 });
const signed = new Intl.NumberFormat(language, { maximumFractionDigits: 2, signDisplay: 'exceptZero' });

const NONE = say('history_unknown');

const either = new Intl.ListFormat(language, { type: 'disjunction' });

/** Where something can have come from. @param {string[]} zones */
export const places = (zones) => either.format(zones.map((zone) => named('zone', zone))) || say('stats_nowhere');

/** As it is written here. @param {number} number */
export const number = (number) => decimal.format(number);
/** A part in millionths. @param {number | null} part */
export const percent = (part) => (part === null ? NONE : hundredths.format(part / 1e6));
/** A number in millionths. @param {number | null} number */
export const times = (number) => (number === null ? NONE : decimal.format(number / 1e6));
/** A difference of parts, in hundredths. @param {number} part */
export const points = (part) => signed.format(part / 1e4);

/** A part in millionths as seconds in an hour. @param {number} part @param {boolean} [sign] */
export const seconds = (part, sign = false) => say('compare_seconds', (sign ? signed : decimal).format(part * 3600e-6));

/** As the core writes it: 850 ms, 4.2 s, 5 min, 2 h 3 min. @param {number | null} micros */
export function length(micros) {
  if (micros === null) return NONE;
  const seconds = micros / 1e6;
  const minutes = Math.round(seconds / 60);
  if (seconds < 0.1 && seconds > 0) return `${Math.round(seconds * 1000)}\u00a0ms`;
  if (seconds < 59.95) return `${decimal.format(seconds)}\u00a0s`;
  if (minutes < 60) return `${minutes}\u00a0min`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 || hours >= 100 ? `${decimal.format(hours)}\u00a0h` : `${hours}\u00a0h ${minutes % 60}\u00a0min`;
}

const moment = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
const date = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' });
const brief = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', timeZone: 'UTC' });
const weekday = new Intl.DateTimeFormat(language, { weekday: 'long', timeZone: 'UTC' });
const shortWeekday = new Intl.DateTimeFormat(language, { weekday: 'short', timeZone: 'UTC' });
const DAY = 86_400_000;
/** 5 January 1970. */
const MONDAY = 4;

/** @param {number} at ms since the epoch */
export const when = (at) => moment.format(at);
/** @param {number} day since 1970, on the viewer's wall */
export const onDay = (day) => date.format(day * DAY);
/** @param {number} day */
export const inShort = (day) => brief.format(day * DAY);
/** @param {number} number 0 is Monday @param {boolean} [short] */
export const weekdayName = (number, short = false) => (short ? shortWeekday : weekday).format((MONDAY + number) * DAY);
/** An hour of the week. @param {number} hour */
export const hourName = (hour) => `${weekdayName(Math.floor(hour / 24))}, ${clock(hour % 24)}–${clock((hour % 24) + 1)}`;
/** @param {number} hour */
const clock = (hour) => `${String(hour).padStart(2, '0')}:00`;

/**
 * An element. Attributes that begin with `on` are listeners; one that is `false` is left out.
 * @param {string} tag
 * @param {Record<string, any>} attributes
 * @param {(Node | string)[]} children
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (value !== false) made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children);
  return made;
}
