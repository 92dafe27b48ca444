// @ts-check
// What the viewer says has changed, and when: kept in this browser, for comparing before with after.

const api = globalThis.browser ?? globalThis.chrome;

/** What can have changed; each has words under `compare_kind_…`. */
export const KINDS = /** @type {const} */ (['provider', 'router', 'peering', 'other']);
const MARK_LIMIT = 100;
/** Characters. */
export const NOTE_LIMIT = 120;
/** Days since 1970 that a calendar has. */
const LAST_DAY = 100_000;

/** @typedef {{ id: string, day: number, kind: typeof KINDS[number], note: string }} Mark `day`: since 1970, on the viewer's wall */

/** All, the newest first. @returns {Promise<Mark[]>} */
export async function marks() {
  const { marks } = await api.storage.local.get('marks');
  return (Array.isArray(marks) ? marks : []).filter(isMark).sort((a, b) => b.day - a.day);
}

/** Adds those that are not there yet. @param {Omit<Mark, 'id'>[]} more */
export function addMarks(more) {
  return change((marks) => {
    const added = more.map((mark) => ({ ...mark, id: crypto.randomUUID(), note: mark.note.trim().slice(0, NOTE_LIMIT) })).filter(isMark);
    const isNew = (/** @type {Mark} */ { day, kind, note }) => !marks.some((mark) => mark.day === day && mark.kind === kind && mark.note === note);
    return [...marks, ...added.filter(isNew)].slice(-MARK_LIMIT);
  });
}

/** @param {string} id */
export const removeMark = (id) => change((marks) => marks.filter((mark) => mark.id !== id));

export const removeMarks = () => change(() => []);

/** @param {any} mark @returns {mark is Mark} */
export const isMark = (mark) => Number.isInteger(mark?.day) && Math.abs(mark.day) < LAST_DAY && KINDS.includes(mark.kind) && typeof mark.note === 'string';

/** Two pages may do so at once. @param {(marks: Mark[]) => Mark[]} how */
function change(how) {
  return navigator.locks.request('marks', async () => api.storage.local.set({ marks: how(await marks()) }));
}
