import type { JobEvent } from '@lanekeeper/contracts';
import { decideClaim } from '../../src/decide-claim.ts';
import { append, deliver, ensureConsumer, hasWork, offerTurn, removeCommand, Violation } from './server.ts';
import { atRest, type Job, type Last, type Setup, type State, type WorkerState } from './state.ts';

const NOW = Date.parse('2026-01-01T00:00:00.000Z');
const ATTEMPTS = 4;

/** One choice of what a worker does next: changes the state, and says whether it was possible. */
export type Step = (state: State, worker: WorkerState) => void;

/** What a worker may do next, by name; more than one where the outside world decides. */
export function stepsOf(state: State, worker: WorkerState, setup: Setup): Record<string, Step> {
  switch (worker.phase) {
    case 'idle':
      return state.turn?.state === 'queued' ? { 'takes the turn': takeTurn } : {};
    case 'pull':
      return { pulls: pull };
    case 'read':
      return { 'reads the log': (s, w) => readLog(s, w, setup) };
    case 'decide':
      return { decides: (s, w) => decide(s, w, setup) };
    case 'act':
      return { 'acts first': (s, w) => act(s, w, 'act-more') };
    case 'act-more':
      return { 'acts last': (s, w) => act(s, w, setup.mutant === 'ack-first' ? 'settle' : 'finish') };
    case 'finish':
      return finishSteps(worker, setup);
    case 'postpone':
      return { 'leaves it for later': postpone };
    case 'settle':
      return settleSteps(setup);
    case 'pass':
      return { 'passes the turn': pass };
    case 'acking':
      return {}; // until the acknowledgement arrives
    case 'look':
      return { 'looks again': (s, w) => look(s, w, setup) };
  }
}

const takeTurn: Step = (state, worker) => {
  state.turn = { state: 'out', holder: worker.id };
  Object.assign(worker, atRest, { phase: 'pull', lease: true });
  if (worker.believed === 0) worker.believed = ensureConsumer(state).id;
};

const pull: Step = (state, worker) => {
  if (!state.consumer) worker.believed = ensureConsumer(state).id;
  const first = worker.served === 'nothing';
  if (deliver(state, worker)) {
    worker.phase = worker.lease ? 'read' : 'pass';
    if (!worker.lease) worker.served = 'lost';
  } else Object.assign(worker, { phase: 'pass', served: first ? 'nothing' : 'drained' });
};

function readLog(state: State, worker: WorkerState, { mutant }: Setup): void {
  const job = jobOf(state, worker);
  // What a holder answered counts only as long as nothing was written since.
  if (job.seq !== worker.seq && mutant !== 'any-silence') worker.holder = 'unasked';
  Object.assign(worker, { phase: 'decide', seq: job.seq, last: job.last && { ...job.last } });
}

function decide(state: State, worker: WorkerState, setup: Setup): void {
  const { last, holder, command } = worker;
  const now = NOW;
  const tracked = last !== null && isTracked(state, worker, last, setup);
  const event = last ? eventOf(last, jobOf(state, worker).due) : undefined;
  const asked = setup.mutant === 'no-asking' ? 'silent' : holder;
  const decision = decideClaim({ last: event, now, attempts: ATTEMPTS, tracked, holder: asked });
  switch (decision.do) {
    case 'start':
      write(state, worker, setup, { ...mine(worker), type: 'started', attempt: decision.attempt }, () => {
        Object.assign(worker, { phase: 'act', attempt: decision.attempt, last: null, holder: 'unasked' });
      });
      return;
    case 'give-up':
      write(state, worker, setup, { ...mine(worker), type: 'failed', attempt: decision.attempt }, () => {
        worker.phase = 'settle';
      });
      return;
    case 'settle':
      Object.assign(worker, { phase: 'settle', last: null, holder: 'unasked' });
      return;
    case 'postpone':
      Object.assign(worker, { phase: 'postpone', last: null, holder: 'unasked' });
      return;
    case 'leave':
      Object.assign(worker, { phase: 'pass', served: 'left' });
      return;
    case 'ask-holder':
      worker.holder = ask(state, decision.workerId, command);
      worker.phase = 'read';
  }
}

/** Asks a holder for an ack wait. One that is frozen all that time has lost its lease by the end. */
function ask(state: State, holder: string, command: number): 'holds' | 'silent' {
  const asked = state.workers.find(({ id }) => id === holder);
  const working = asked?.command === command && ['act', 'act-more', 'finish', 'settle'].includes(asked.phase);
  if (asked && working && asked.lease && !asked.frozen) return 'holds';
  if (asked?.frozen) asked.lease = false;
  return 'silent';
}

/** A fenced write; a worker that was overtaken in its claim reads again. */
function write(state: State, worker: WorkerState, setup: Setup, event: Last, done: () => void): void {
  const job = jobOf(state, worker);
  if (!append(job, worker.seq, event, setup.mutant !== 'no-fence')) {
    worker.phase = 'read';
    return;
  }
  worker.seq = job.seq;
  done();
}

/** An effect outside, right after the check that the job is still this worker's. */
function act(state: State, worker: WorkerState, next: WorkerState['phase']): void {
  const job = jobOf(state, worker);
  if (!worker.lease || job.seq !== worker.seq) {
    Object.assign(worker, { phase: 'pass', served: 'lost' });
    return;
  }
  const effect = worker.command * 100 + worker.attempt;
  if (effect < state.latestEffect) throw new Violation('L2 an attempt acted after a later one had begun');
  if (state.jobs.slice(0, worker.command).some(({ ends }) => ends === 0)) {
    throw new Violation('L1 a command acted before the one ahead of it had ended');
  }
  state.latestEffect = effect;
  worker.phase = next;
}

function finishSteps(worker: WorkerState, setup: Setup): Record<string, Step> {
  const completes: Step = (state, w) => finish(state, w, setup, 'completed');
  const again: Step = (state, w) => finish(state, w, setup, 'retry-scheduled');
  const mayRetry = setup.retries && worker.command === 0 && worker.attempt === 1;
  return mayRetry ? { completes, 'fails for now': again } : { completes };
}

function finish(state: State, worker: WorkerState, setup: Setup, type: 'completed' | 'retry-scheduled'): void {
  const { attempt, seq } = worker;
  const written = append(jobOf(state, worker), seq, { ...mine(worker), type, attempt }, setup.mutant !== 'no-fence');
  if (!written) Object.assign(worker, { phase: 'pass', served: 'lost' });
  else if (type === 'retry-scheduled') worker.phase = 'postpone';
  else if (setup.mutant === 'ack-first') Object.assign(worker, { phase: 'pass', served: 'settled' });
  else worker.phase = 'settle';
}

const postpone: Step = (state, worker) => {
  const { consumer } = state;
  worker.phase = 'pass';
  worker.served = worker.lease ? 'waits' : 'lost';
  if (!worker.lease) return;
  if (consumer?.pending === worker.command) {
    Object.assign(consumer, { state: jobOf(state, worker).due ? 'again' : 'delayed', holder: '' });
  }
  worker.timer = true;
};

function settleSteps({ mutant }: Setup): Record<string, Step> {
  if (mutant === 'ack-first') {
    return { 'settles too early': (state, worker) => settle(state, worker, worker.attempt > 0 ? 'finish' : 'pass') };
  }
  return {
    'settles and passes': (state, worker) => settle(state, worker, 'pass'),
    'settles and goes on': (state, worker) => settle(state, worker, 'pull'),
  };
}

function settle(state: State, worker: WorkerState, phase: WorkerState['phase']): void {
  removeCommand(state, worker.command);
  worker.served = 'settled';
  if (phase === 'finish') worker.phase = phase;
  else Object.assign(worker, { phase, command: -1, count: 0, seq: 0, attempt: 0, last: null, holder: 'unasked' });
}

const pass: Step = (state, worker) => {
  const elsewhere = worker.served === 'left' || (worker.served === 'nothing' && heldElsewhere(state));
  const { served, lease } = worker;
  Object.assign(worker, atRest);
  if (lease && !elsewhere) Object.assign(worker, { phase: 'acking', served, lease });
};

function look(state: State, worker: WorkerState, { mutant }: Setup): void {
  const { served } = worker;
  Object.assign(worker, atRest);
  if (served !== 'settled' && mutant === 'no-second-look') return;
  const work = served === 'settled' ? 'ready' : hasWork(state);
  if (work === 'ready') offerTurn(state);
  if (work === 'blocked' && served === 'nothing') worker.timer = true;
}

function heldElsewhere(state: State): boolean {
  if (hasWork(state) !== 'blocked') return false;
  return state.jobs.find(({ present }) => present)?.last?.type === 'started';
}

function isTracked(state: State, worker: WorkerState, last: Last, { mutant }: Setup): boolean {
  if (last.type !== 'started' || worker.count <= last.count) return false;
  const sameConsumer = worker.believed === last.consumer || mutant === 'any-delivery';
  return sameConsumer && state.consumer?.id === last.consumer;
}

function jobOf({ jobs }: State, { command }: WorkerState): Job {
  const job = jobs[command];
  if (!job) throw new RangeError('the worker has no command');
  return job;
}

function mine({ id, believed, count }: WorkerState) {
  return { worker: id, consumer: believed, count };
}

function eventOf(last: Last, due: boolean): JobEvent {
  const at = new Date(NOW).toISOString();
  const ids = { jobId: 'j', workload: 'w', lane: 'l', at };
  const job = { jobId: 'j', workload: 'w', lane: 'l', tenant: 't', data: null, submittedAt: at };
  const error = { code: 'X', message: 'x', retryable: true };
  const { attempt, type, worker } = last;
  switch (type) {
    case 'queued':
      return { type, ...ids, job, commandSeq: 1 };
    case 'started':
      return { type, ...ids, job, commandSeq: 1, attempt, worker };
    case 'retry-scheduled':
      return { type, ...ids, attempt, error, dueAt: new Date(due ? NOW : NOW + 1).toISOString() };
    case 'completed':
      return { type, ...ids, attempt, result: null };
    case 'failed':
      return { type, ...ids, attempt, error };
  }
}
