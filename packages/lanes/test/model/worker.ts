import { decideClaim } from '../../src/decide-claim.ts';
import { eventOf, NOW } from './events.ts';
import { append, deliverTurn, offerTurn, removeCommands, Violation } from './server.ts';
import { atRest, type Job, type Last, type Read, type Setup, type State, type WorkerState } from './state.ts';

const ATTEMPTS = 4;

/** One choice of what a worker does next: changes the state. */
export type Step = (state: State, worker: WorkerState) => void;

/** What a worker may do next, by name; more than one where the outside world decides. */
export function stepsOf(state: State, worker: WorkerState, setup: Setup): Record<string, Step> {
  switch (worker.phase) {
    case 'idle':
      return idleSteps(state, worker);
    case 'lane':
      return { 'reads the lane': readLane };
    case 'log':
      return { 'reads the log': readLog };
    case 'read':
      return { 'reads the log again': (s, w) => readAgain(s, w, setup) };
    case 'decide':
      return { decides: (s, w) => decide(s, w, setup) };
    case 'act':
      return { 'acts first': (s, w) => act(s, w, 'act-more') };
    case 'act-more':
      return { 'acts last': (s, w) => actLast(s, w, setup) };
    case 'finish':
      return finishSteps(worker, setup);
    case 'go-on':
      return { stops: (_, w) => pass(w, 'more'), 'goes on': goOn };
    case 'pass':
      return { 'removes what is settled': settle };
    case 'acking':
      return {}; // until the acknowledgement arrives
    case 'look':
      return { 'looks again': (s, w) => look(s, w, setup) };
  }
}

function idleSteps(state: State, worker: WorkerState): Record<string, Step> {
  const steps: Record<string, Step> = {};
  if (state.turn?.state === 'queued') steps['takes the turn'] = takeTurn;
  if (worker.knows !== state.consumer) {
    steps['learns of the new consumer'] = (s, w) => {
      w.knows = s.consumer;
    };
  }
  return steps;
}

const takeTurn: Step = (state, worker) => {
  const { id, count } = deliverTurn(state, worker.id);
  Object.assign(worker, structuredClone(atRest), {
    phase: 'lane',
    lease: true,
    believed: worker.knows,
    turn: id,
    count,
  });
};

const readLane: Step = (state, worker) => {
  const commands = state.jobs.flatMap(({ present }, command) => (present ? [command] : []));
  worker.window = commands.map((command) => ({ command, seq: 0, last: null }));
  worker.seen = commands.at(-1) ?? -1;
  if (commands.length === 0) pass(worker, 'drained');
  else worker.phase = 'log';
};

const readLog: Step = (state, worker) => {
  for (const read of worker.window) readOne(state, read);
  worker.phase = worker.lease ? 'decide' : 'pass';
  if (!worker.lease) pass(worker, 'lost');
};

function readOne(state: State, read: Read): void {
  const job = jobOf(state, read.command);
  read.seq = job.seq;
  read.last = job.last && { ...job.last };
}

function readAgain(state: State, worker: WorkerState, { mutant }: Setup): void {
  const read = atHand(worker);
  // What a holder answered counts only as long as nothing was written since.
  if (jobOf(state, read.command).seq !== read.seq && mutant !== 'any-silence') worker.holder = 'unasked';
  readOne(state, read);
  worker.phase = 'decide';
}

function decide(state: State, worker: WorkerState, setup: Setup): void {
  const { last, command } = atHand(worker);
  const tracked = last !== null && isTracked(state, worker, last, setup);
  const event = last ? eventOf(last, jobOf(state, command).due) : undefined;
  const holder = setup.mutant === 'no-asking' ? 'silent' : worker.holder;
  const decision = decideClaim({ last: event, now: NOW, attempts: ATTEMPTS, tracked, holder });
  switch (decision.do) {
    case 'start':
      write(state, worker, setup, { ...mine(worker), type: 'started', attempt: decision.attempt }, () => {
        Object.assign(worker, { phase: 'act', attempt: decision.attempt, holder: 'unasked' });
      });
      return;
    case 'give-up':
      write(state, worker, setup, { ...mine(worker), type: 'failed', attempt: decision.attempt }, () => {
        ended(worker);
      });
      return;
    case 'settle':
      ended(worker);
      return;
    case 'postpone':
      pass(worker, 'waits');
      return;
    case 'leave':
      pass(worker, 'left');
      return;
    case 'ask-holder':
      worker.holder = ask(state, decision.workerId, command);
      worker.phase = 'read';
  }
}

/** Asks a holder for an ack wait. One that is frozen all that time has lost its lease by the end. */
function ask(state: State, holder: string, command: number): 'holds' | 'silent' {
  const asked = state.workers.find(({ id }) => id === holder);
  const working = asked?.window[0]?.command === command && ['act', 'act-more', 'finish'].includes(asked.phase);
  if (asked && working && asked.lease && !asked.frozen) return 'holds';
  if (asked?.frozen) asked.lease = false;
  return 'silent';
}

/** A fenced write; a worker that was overtaken in its claim reads again. */
function write(state: State, worker: WorkerState, setup: Setup, event: Last, done: () => void): void {
  const read = atHand(worker);
  const job = jobOf(state, read.command);
  if (!append(job, read.seq, event, setup.mutant !== 'no-fence')) {
    worker.phase = 'read';
    return;
  }
  read.seq = job.seq;
  done();
}

/** An effect outside, right after the check that the job is still this worker's. */
function act(state: State, worker: WorkerState, next: WorkerState['phase']): void {
  const { command, seq } = atHand(worker);
  if (!worker.lease || jobOf(state, command).seq !== seq) {
    pass(worker, 'lost');
    return;
  }
  const effect = command * 100 + worker.attempt;
  if (effect < state.latestEffect) throw new Violation('L2 an attempt acted after a later one had begun');
  if (state.jobs.slice(0, command).some(({ ends }) => ends === 0)) {
    throw new Violation('L1 a command acted before the one ahead of it had ended');
  }
  state.latestEffect = effect;
  worker.phase = next;
}

function actLast(state: State, worker: WorkerState, { mutant }: Setup): void {
  act(state, worker, 'finish');
  if (worker.phase === 'finish' && mutant === 'ack-first') removeCommands(state, atHand(worker).command);
}

function finishSteps(worker: WorkerState, setup: Setup): Record<string, Step> {
  const completes: Step = (state, w) => finish(state, w, setup, 'completed');
  const again: Step = (state, w) => finish(state, w, setup, 'retry-scheduled');
  const mayRetry = setup.retries && atHand(worker).command === 0 && worker.attempt === 1;
  return mayRetry ? { completes, 'fails for now': again } : { completes };
}

/**
 * The claim of the next command may travel with this event, and is written after it if at all: here that is the next
 * step, with what was read of the next job before.
 */
function finish(state: State, worker: WorkerState, setup: Setup, type: 'completed' | 'retry-scheduled'): void {
  const { command, seq } = atHand(worker);
  const { attempt } = worker;
  if (setup.mutant === 'claim-early' && worker.window.length > 1) {
    worker.window.shift();
    worker.phase = 'decide';
    return;
  }
  const written = append(jobOf(state, command), seq, { ...mine(worker), type, attempt }, setup.mutant !== 'no-fence');
  if (!written) pass(worker, 'lost');
  else if (type === 'retry-scheduled') pass(worker, 'waits');
  else ended(worker);
}

function ended(worker: WorkerState): void {
  worker.settled = atHand(worker).command;
  Object.assign(worker, { phase: 'go-on', attempt: 0, holder: 'unasked' });
}

const goOn: Step = (_, worker) => {
  worker.window.shift();
  if (worker.window.length === 0) pass(worker, 'drained');
  else if (!worker.lease) pass(worker, 'lost');
  else worker.phase = 'decide';
};

/** The turn is over: what is settled is removed in any case, the turn is acknowledged only by who has it. */
function pass(worker: WorkerState, end: WorkerState['end']): void {
  const { lease, believed, turn, count, settled, seen } = worker;
  Object.assign(worker, structuredClone(atRest), { phase: 'pass', lease, believed, turn, count, settled, seen, end });
}

const settle: Step = (state, worker) => {
  const { end, lease, seen, settled } = worker;
  removeCommands(state, settled);
  Object.assign(worker, structuredClone(atRest));
  if (lease && end !== 'left') Object.assign(worker, { phase: 'acking', end, lease, seen });
};

function look(state: State, worker: WorkerState, { mutant }: Setup): void {
  const { end, seen } = worker;
  Object.assign(worker, structuredClone(atRest));
  if (end === 'waits') worker.timer = true;
  else if (end === 'more') offerTurn(state);
  else if (mutant !== 'no-second-look') {
    const from = end === 'drained' ? seen + 1 : 0;
    if (state.jobs.slice(from).some(({ present }) => present)) offerTurn(state);
  }
}

function isTracked(state: State, worker: WorkerState, last: Last, { mutant }: Setup): boolean {
  if (last.type !== 'started' || worker.count <= last.count) return false;
  if (worker.turn !== last.turn && mutant !== 'any-turn') return false;
  return (worker.believed === last.consumer || mutant === 'any-delivery') && state.consumer === last.consumer;
}

function atHand({ window }: WorkerState): Read {
  const [read] = window;
  if (!read) throw new RangeError('the worker has no command');
  return read;
}

function jobOf({ jobs }: State, command: number): Job {
  const job = jobs[command];
  if (!job) throw new RangeError('there is no such command');
  return job;
}

function mine({ id, believed, turn, count }: WorkerState) {
  return { worker: id, consumer: believed, turn, count };
}
