import { append, beats, endLease, offerTurn } from './server.ts';
import { freshWorker, type Job, type Setup, type State, type WorkerState } from './state.ts';
import { type Step, stepsOf } from './worker.ts';

/** A thing that can happen now: its name, and what it does to a copy of the state. */
export type Action = { name: string; fault: boolean; apply: (state: State) => void };

/** Everything that can happen in a state. */
export function actionsOf(state: State, setup: Setup): Action[] {
  return [
    ...submits(state),
    ...state.workers.flatMap((worker, index) => workerActions(state, worker, index, setup)),
    ...expiries(state),
    ...healing(state, setup),
    ...faults(state),
  ];
}

const happens = (name: string, apply: (state: State) => void, fault = false): Action => ({ name, fault, apply });

/** Submits: the command, its event, its turn. The second command comes after the first is stored. */
function submits({ jobs }: State): Action[] {
  return jobs.flatMap((job, index) => {
    if (job.submit === 'done' || (job.submit === 'absent' && jobs[index - 1]?.submit === 'absent')) return [];
    const step = SUBMIT_STEPS[job.submit];
    const apply = (state: State) => {
      const submitted = state.jobs[index];
      if (submitted) step.apply(state, submitted);
    };
    return [happens(`command ${index} ${step.name}`, apply)];
  });
}

const SUBMIT_STEPS = {
  absent: {
    name: 'is stored',
    apply: (_: State, job: Job) => void Object.assign(job, { present: true, submit: 'stored' }),
  },
  stored: {
    name: 'is told',
    apply: (_: State, job: Job) => {
      append(job, 0, { type: 'queued', attempt: 0, worker: '', consumer: 0, turn: 0, count: 0 }, true);
      job.submit = 'told';
    },
  },
  told: {
    name: 'asks for a turn',
    apply: (state: State, job: Job) => {
      offerTurn(state);
      job.submit = 'done';
    },
  },
} as const;

function workerActions(state: State, worker: WorkerState, index: number, setup: Setup): Action[] {
  const on = (step: Step) => (next: State) => {
    const mover = next.workers[index];
    if (mover) step(next, mover);
  };
  const actions: Action[] = [];
  if (worker.phase === 'acking') actions.push(...ackArrivals(state, on));
  if (worker.frozen) return actions;
  for (const [name, step] of Object.entries(stepsOf(state, worker, setup))) {
    actions.push(happens(`${worker.id} ${name}`, on(step)));
  }
  if (worker.timer) {
    actions.push(
      happens(
        `${worker.id}'s timer offers a turn`,
        on((next, mover) => {
          offerTurn(next);
          mover.timer = false;
        }),
      ),
    );
  }
  return actions;
}

/** An acknowledgement has no fence: it ends the turn's delivery, whosever it is. A turn not delivered may or may not go. */
function ackArrivals(state: State, on: (step: Step) => (next: State) => void): Action[] {
  const arrives = happens(
    'a turn is acknowledged',
    on((next, mover) => {
      next.turn = null;
      mover.phase = 'look';
    }),
  );
  if (state.turn?.state !== 'queued') return [arrives];
  const ignored = happens(
    'an acknowledgement is ignored',
    on((_, mover) => {
      mover.phase = 'look';
    }),
  );
  return [arrives, ignored];
}

/** A delivery without heartbeats runs out; frozen workers lose their lease. */
function expiries(state: State): Action[] {
  const { turn } = state;
  const actions: Action[] = [];
  if (turn?.state === 'out' && !beats(state, turn.holder)) {
    actions.push(
      happens('the turn runs out', (next) => {
        endLease(next, turn.holder);
        if (next.turn) next.turn = { ...next.turn, state: 'queued', holder: '' };
      }),
    );
  }
  state.workers.forEach(({ id, frozen, lease }) => {
    if (frozen && lease) actions.push(happens(`the lease of ${id} runs out`, (next) => endLease(next, id)));
  });
  return actions;
}

/** Time passes, frozen workers wake up, the sweep sweeps, stray acknowledgements arrive. */
function healing(state: State, { sweep }: Setup): Action[] {
  const actions: Action[] = [];
  state.jobs.forEach(({ last, due }, index) => {
    if (last?.type !== 'retry-scheduled' || due) return;
    actions.push(
      happens(`the retry of ${index} is due`, (next) => {
        const job = next.jobs[index];
        if (job) job.due = true;
      }),
    );
  });
  state.workers.forEach(({ frozen, id }, index) => {
    if (!frozen) return;
    actions.push(
      happens(`${id} wakes up`, (next) => {
        const worker = next.workers[index];
        if (worker) worker.frozen = false;
      }),
    );
  });
  if (sweep && !state.turn && state.jobs.some(({ present }) => present)) {
    actions.push(happens('the sweep offers a turn', offerTurn));
  }
  if (state.strayAcks > 0) {
    actions.push(
      happens('a stray acknowledgement arrives', (next) => {
        next.strayAcks -= 1;
        next.turn = null;
      }),
      happens('a stray acknowledgement is lost', (next) => {
        next.strayAcks -= 1;
      }),
    );
  }
  return actions;
}

function faults(state: State): Action[] {
  const actions: Action[] = [];
  const { crashes, freezes, serverLosses } = state.left;
  state.workers.forEach((worker, index) => {
    const { id, phase, frozen, timer } = worker;
    const atRisk = phase !== 'idle' || timer;
    if (crashes > 0 && atRisk) actions.push(happens(`${id} crashes`, (next) => crash(next, index), true));
    if (freezes > 0 && !frozen && phase !== 'idle') {
      actions.push(
        happens(
          `${id} freezes`,
          (next) => {
            const victim = next.workers[index];
            if (victim) victim.frozen = true;
            next.left.freezes -= 1;
          },
          true,
        ),
      );
    }
  });
  if (serverLosses > 0) {
    for (const turn of ['kept', 'lost'] as const) {
      if (state.turn || turn === 'kept') {
        actions.push(happens(`the server forgets the consumer (turn ${turn})`, (next) => forget(next, turn), true));
      }
    }
  }
  return actions;
}

/** A process dies; a new one comes up in its place. What it had sent still arrives. */
function crash(state: State, index: number): void {
  const dead = state.workers[index];
  if (!dead) return;
  if (dead.phase === 'acking') state.strayAcks += 1;
  state.workers[index] = freshWorker(`${dead.id.slice(0, 1)}${Number(dead.id.slice(1)) + 1}`, state.consumer);
  state.left.crashes -= 1;
}

/**
 * A killed server forgets the consumer of turns, which is made anew, and that it has delivered the turn; perhaps there is no
 * turn any more (an operator has purged them).
 */
function forget(state: State, turn: 'kept' | 'lost'): void {
  state.consumer += 1;
  if (state.turn) state.turn = turn === 'kept' ? { ...state.turn, state: 'queued', holder: '', count: 0 } : null;
  for (const worker of state.workers) if (worker.phase === 'acking') worker.phase = 'look'; // the answer never comes
  state.strayAcks = 0;
  state.left.serverLosses -= 1;
}
