import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** Pause between two looks, in milliseconds: of a process that is not one's child nobody tells that it has ended. */
const LOOK_AGAIN_MS = 5;

/**
 * Resolves when no process of a group that was killed is alive any more, or after `withinMs`. A process takes a moment to
 * die, the longer the more memory it has to give back. One that only waits for its parent to take note is not alive.
 */
export async function untilGroupEnded(group: number, withinMs: number): Promise<void> {
  const until = performance.now() + withinMs;
  while (performance.now() < until && (await isAlive(group))) await delay(LOOK_AGAIN_MS);
}

async function isAlive(group: number): Promise<boolean> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const states = await Promise.all(pids.map((pid) => stateWithin(group, pid)));
  return states.some((state) => state !== undefined && state !== 'Z' && state !== 'X');
}

/** The state of a process, by proc(5); undefined when it is of another group, or gone. */
async function stateWithin(group: number, pid: string): Promise<string | undefined> {
  let stat: string;
  try {
    stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
  // The name before it may hold anything, spaces and brackets too.
  const [state, , own] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(own) === group ? state : undefined;
}
