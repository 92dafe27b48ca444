// @ts-check
// What line tests found, kept by network, and how they are to be made.

const api = globalThis.browser ?? globalThis.chrome;

const KEY = 'line';
/** Of one network, and of all. */
const [RUN_LIMIT, LIMIT] = [60, 300];
/** What a test may move, both ways together, bytes; the second is the default. */
export const CAPS = [25e6, 250e6, 1e9, 3e9];
/** M-Lab asks that its servers be spared: no run follows another sooner, ms. */
export const PAUSE = 5 * 60_000;

/**
 * @typedef {import('./plan.js').Run} Run
 * @typedef {{ accepted: boolean, server: string, most: number, asked: number, runs: Run[] }} Line
 * `accepted`: M-Lab's policy; `server`: the viewer's own, '' for one of M-Lab's; `asked`: when one of those was last asked
 */

/** @returns {Promise<Line>} */
export async function lineSetting() {
  const stored = (await api.storage.local.get(KEY))[KEY] ?? {};
  return {
    accepted: stored.accepted === true,
    server: serverOf(String(stored.server ?? ''))?.url ?? '',
    most: CAPS.includes(stored.most) ? stored.most : CAPS[1],
    asked: Number(stored.asked) || 0,
    runs: Array.isArray(stored.runs) ? stored.runs : [],
  };
}

/** @param {(line: Line) => void} how */
function change(how) {
  return navigator.locks.request(KEY, async () => {
    const line = await lineSetting();
    how(line);
    await api.storage.local.set({ [KEY]: line });
  });
}

/** @param {Partial<Omit<Line, 'runs'>>} what */
export const changeLine = (what) => change((line) => Object.assign(line, what));

/** The newest first. @param {string} network */
export async function runsOf(network) {
  return (await lineSetting()).runs.filter((run) => run.network === network);
}

/** @param {Run} run */
export function keepRun(run) {
  return change((line) => {
    const all = [run, ...line.runs];
    const before = new Map();
    const within = ({ network }) => (before.set(network, (before.get(network) ?? 0) + 1), before.get(network) <= RUN_LIMIT);
    line.runs = all.filter(within).slice(0, LIMIT);
  });
}

/** Two networks were one; without a second, what was measured in the first is forgotten. @param {string} from @param {string} into */
export function moveRuns(from, into) {
  return change((line) => {
    line.runs = line.runs.flatMap((run) => (run.network !== from ? [run] : into ? [{ ...run, network: into }] : []));
  });
}

/** Calls back whenever any of this has changed. @param {() => void} changed */
export function onLine(changed) {
  api.storage.local.onChanged.addListener((/** @type {any} */ changes) => KEY in changes && changed());
}

/** Whose address that is, as the viewer wrote it: `wss://` if nothing else is said. @param {string} text */
export function serverOf(text) {
  if (!text) return null;
  const whole = /^wss?:\/\//i.test(text) ? text : `wss://${text}`;
  if (!URL.canParse(whole)) return null;
  const { protocol, host, pathname, username, password } = new URL(whole);
  if (!/^wss?:$/.test(protocol) || !host || pathname !== '/' || username || password) return null;
  return { url: `${protocol}//${host}`, protocol: protocol.slice(0, -1), host };
}
