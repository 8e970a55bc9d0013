import { Violation } from './server.ts';
import { canonical, initialState, type Setup, type State } from './state.ts';
import { actionsOf } from './world.ts';

/** What an exploration found. `violation`: the first broken promise, with the shortest way there. */
export type Explored = { states: number; violation?: string };

type Found = { key: string; from: number; by: string; next: number[] };

/** Visits every state that can be reached, breadth first, and checks the promises in each and at the end. */
export function explore(setup: Setup): Explored {
  const found: Found[] = [];
  const known = new Map<string, number>();
  const visit = (state: State, from: number, by: string): number => {
    const key = JSON.stringify(canonical(state));
    const seen = known.get(key);
    if (seen !== undefined) return seen;
    known.set(key, found.length);
    return found.push({ key, from, by, next: [] }) - 1;
  };
  visit(initialState(setup), -1, '');
  for (let at = 0; at < found.length; at++) {
    const here = found[at];
    if (!here) break;
    for (const action of actionsOf(JSON.parse(here.key) as State, setup)) {
      const state = JSON.parse(here.key) as State;
      try {
        action.apply(state);
        checkState(state);
      } catch (error) {
        if (!(error instanceof Violation)) throw error;
        return { states: found.length, violation: tell(found, at, `${action.name}: ${error.message}`) };
      }
      const next = visit(state, at, action.name);
      // Progress must not need a fault.
      if (!action.fault) here.next.push(next);
    }
  }
  const stuck = firstStuck(found);
  const states = found.length;
  return stuck < 0 ? { states } : { states, violation: tell(found, stuck, 'L6 from here nothing leads to the end') };
}

/** L2 in every state: two workers that believe in their lease never work on the lane at once. */
function checkState({ workers }: State): void {
  const acting = workers.filter(({ phase, lease, frozen }) => phase === 'act-more' && lease && !frozen);
  if (acting.length > 1) throw new Violation('L2 two workers act at once');
}

/** The end: both jobs ended once, nothing is left, no one is at work. */
function isEnd({ jobs, turn, workers }: State): boolean {
  return (
    turn === null &&
    jobs.every(({ ends, present, submit }) => ends === 1 && !present && submit === 'done') &&
    workers.every(({ phase }) => phase === 'idle')
  );
}

/** The first state from which the end cannot be reached without faults; -1 if there is none. */
function firstStuck(found: readonly Found[]): number {
  const before: number[][] = found.map(() => []);
  found.forEach(({ next }, at) => {
    for (const to of next) before[to]?.push(at);
  });
  const good = new Uint8Array(found.length);
  const open: number[] = [];
  found.forEach(({ key }, at) => {
    if (!isEnd(JSON.parse(key) as State)) return;
    good[at] = 1;
    open.push(at);
  });
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const from of before[at] ?? []) {
      if (good[from] === 1) continue;
      good[from] = 1;
      open.push(from);
    }
  }
  return good.indexOf(0);
}

function tell(found: readonly Found[], last: number, end: string): string {
  const way: string[] = [end];
  for (let at = found[last]; at && at.from >= 0; at = found[at.from]) way.unshift(at.by);
  return way.join('\n');
}
