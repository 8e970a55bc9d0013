import type { Consumer, Job, Last, State, WorkerState } from './state.ts';

/** The model broke a promise. */
export class Violation extends Error {}

/**
 * Deliveries are counted up to here, so that there is an end to the states. More than an exploration has faults: a
 * command that is redelivered without end (while its holder lives) looks the same each time.
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
    job.last = { type: last.type, attempt: last.attempt, worker: '', consumer: 0, count: 0 };
  }
  if (job.ends > 1) throw new Violation('L8 a job ended twice');
  return true;
}

/** Puts a turn into the queue, unless there is one. */
export function offerTurn(state: State): void {
  state.turn ??= { state: 'queued', holder: '' };
}

/** The lane's consumer, made if it is missing. */
export function ensureConsumer(state: State): Consumer {
  if (!state.consumer) {
    state.consumers += 1;
    state.consumer = { id: state.consumers, pending: -1, state: 'out', holder: '', count: 0, next: 0 };
  }
  return state.consumer;
}

/** Delivers the lane's next command to a worker; whether there was one to be had. */
export function deliver(state: State, worker: WorkerState): boolean {
  const { consumer } = state;
  if (!consumer) return false;
  if (consumer.pending >= 0) {
    if (consumer.state !== 'again') return false;
    consumer.count = Math.min(consumer.count + 1, MOST_COUNTED);
  } else {
    const next = nextCommand(state, consumer);
    if (next < 0) return false;
    Object.assign(consumer, { pending: next, count: 1, next: next + 1 });
  }
  Object.assign(consumer, { state: 'out', holder: worker.id });
  worker.command = consumer.pending;
  worker.count = consumer.count;
  return true;
}

/** What the consumer's info says of the lane. */
export function hasWork(state: State): 'ready' | 'blocked' | 'drained' {
  const consumer = ensureConsumer(state);
  if (consumer.pending >= 0) return 'blocked';
  return nextCommand(state, consumer) >= 0 ? 'ready' : 'drained';
}

/** Removes a command; without a fence, as an acknowledgement is. */
export function removeCommand(state: State, command: number): void {
  const job = state.jobs[command];
  if (job) job.present = false;
  if (state.consumer?.pending === command) state.consumer.pending = -1;
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

function nextCommand({ jobs }: State, { next }: Consumer): number {
  return jobs.findIndex(({ present }, index) => present && index >= next);
}
