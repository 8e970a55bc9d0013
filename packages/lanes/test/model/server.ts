import type { Job, Last, State } from './state.ts';

/** The model broke a promise. */
export class Violation extends Error {}

/**
 * Deliveries are counted up to here, so that there is an end to the states. More than an exploration has faults: a
 * turn that is redelivered without end (while its holder lives) looks the same each time.
 */
const MOST_COUNTED = 4;

/** Writes an event if the log is where the writer believes (always, without the fence). @throws Violation. */
export function append(job: Job, expected: number, last: Last, fenced: boolean): boolean {
  if (fenced && job.seq !== expected) return false;
  const before = job.last;
  if (before && last.attempt < before.attempt) throw new Violation('L3 an overtaken attempt wrote an event');
  job.seq += 1;
  job.last = last;
  job.due = false;
  if (last.type === 'completed' || last.type === 'failed') {
    job.ends += 1;
    // No one asks any more who wrote it: leaving that out saves states.
    job.last = { type: last.type, attempt: last.attempt, worker: '', consumer: 0, turn: 0, count: 0 };
  }
  if (job.ends > 1) throw new Violation('L8 a job ended twice');
  return true;
}

/** Puts a turn into the queue, unless there is one. */
export function offerTurn(state: State): void {
  if (state.turn) return;
  state.turns += 1;
  state.turn = { id: state.turns, state: 'queued', holder: '', count: 0 };
}

/** Delivers the turn. */
export function deliverTurn(state: State, holder: string): { id: number; count: number } {
  const { turn } = state;
  if (!turn) throw new RangeError('there is no turn');
  const count = Math.min(turn.count + 1, MOST_COUNTED);
  state.turn = { ...turn, state: 'out', holder, count };
  return { id: turn.id, count };
}

/** Removes the commands up to one; without a fence, as a purge is. */
export function removeCommands(state: State, upTo: number): void {
  for (const job of state.jobs.slice(0, upTo + 1)) job.present = false;
}

/** Whether a worker's heartbeats reach the server. */
export function beats(state: State, holder: string): boolean {
  const worker = state.workers.find(({ id }) => id === holder);
  return worker !== undefined && !worker.frozen && worker.lease;
}

/** A delivery ran out: by then the lease of whoever held it has ended. */
export function endLease(state: State, holder: string): void {
  const worker = state.workers.find(({ id }) => id === holder);
  if (worker) worker.lease = false;
}
