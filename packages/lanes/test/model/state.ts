/** What kinds of fault may strike, and how often, in one exploration; and which part of the engine is broken. */
export type Setup = {
  crashes: number;
  freezes: number;
  /** A killed server forgets the consumer of turns, and with it that it has delivered one. */
  serverLosses: number;
  /** The first attempt at the first command may end in a retry. */
  retries: boolean;
  sweep: boolean;
  /** Submits go on meanwhile, step by step; otherwise both commands and their turn are there from the start. */
  submits: boolean;
  mutant?: Mutant;
};

/** A deliberate fault of the engine that the model must catch. */
export type Mutant =
  | 'no-fence'
  | 'no-asking'
  | 'ack-first'
  | 'no-second-look'
  | 'any-delivery'
  | 'any-turn'
  | 'any-silence'
  | 'claim-early';

/** The last event of a job, as far as the protocol looks at it. */
export type Last = {
  type: 'queued' | 'started' | 'retry-scheduled' | 'completed' | 'failed';
  attempt: number;
  worker: string;
  /** Under which delivery of which turn by which consumer of turns. */
  consumer: number;
  turn: number;
  count: number;
};

/** A command and the log of its job. */
export type Job = {
  /** How far its submit has come: not stored, stored, event written, turn offered. */
  submit: 'absent' | 'stored' | 'told' | 'done';
  /** Whether the command is in COMMANDS. */
  present: boolean;
  seq: number;
  last: Last | null;
  ends: number;
  /** Whether its retry is due. */
  due: boolean;
};

/** The lane's turn. Its number tells it from those before it. */
export type Turn = { id: number; state: 'queued' | 'out'; holder: string; count: number };

/** A command as a worker has read it. */
export type Read = { command: number; seq: number; last: Last | null };

/** Where a worker stands. Each step between two phases is atomic. */
export type Phase =
  | 'idle'
  | 'lane'
  | 'log'
  | 'read'
  | 'decide'
  | 'act'
  | 'act-more'
  | 'finish'
  | 'go-on'
  | 'pass'
  | 'acking'
  | 'look';

/** A worker process with one slot. */
export type WorkerState = {
  id: string;
  frozen: boolean;
  phase: Phase;
  lease: boolean;
  /** The consumer of turns as far as this process knows. */
  knows: number;
  /** The turn at hand. */
  believed: number;
  turn: number;
  count: number;
  /** The commands of the lane as they were read; the first is the one at hand. */
  window: Read[];
  /** The last command whose job is over, and the one up to which the lane was read; -1: none. */
  settled: number;
  seen: number;
  attempt: number;
  holder: 'unasked' | 'holds' | 'silent';
  end: 'more' | 'drained' | 'waits' | 'left' | 'lost';
  /** It will offer the lane a turn later. */
  timer: boolean;
};

/** Everything: server, two workers, and what was seen of their effects. */
export type State = {
  jobs: Job[];
  /** The consumer of turns: how many there were before it. */
  consumer: number;
  turns: number;
  turn: Turn | null;
  /** Acknowledgements of turns whose sender has died. */
  strayAcks: number;
  workers: WorkerState[];
  left: { crashes: number; freezes: number; serverLosses: number };
  /** The latest attempt that had an effect outside, as command * 100 + attempt. */
  latestEffect: number;
};

/** A worker that has just started. */
export function freshWorker(id: string, consumer: number): WorkerState {
  return { id, frozen: false, ...structuredClone(atRest), knows: consumer, timer: false };
}

/** What a worker knows when it is not at a turn. */
export const atRest: Omit<WorkerState, 'id' | 'frozen' | 'knows' | 'timer'> = {
  phase: 'idle',
  lease: false,
  believed: 0,
  turn: 0,
  count: 0,
  window: [],
  settled: -1,
  seen: -1,
  attempt: 0,
  holder: 'unasked',
  end: 'more',
};

/** Two workers, two commands of one lane yet to be submitted. */
export function initialState({ crashes, freezes, serverLosses, submits }: Setup): State {
  const queued: Last = { type: 'queued', attempt: 0, worker: '', consumer: 0, turn: 0, count: 0 };
  const job: Job = submits
    ? { submit: 'absent', present: false, seq: 0, last: null, ends: 0, due: false }
    : { submit: 'done', present: true, seq: 1, last: queued, ends: 0, due: false };
  return {
    jobs: [structuredClone(job), job],
    consumer: 1,
    turns: 1,
    turn: submits ? null : { id: 1, state: 'queued', holder: '', count: 0 },
    strayAcks: 0,
    workers: [freshWorker('A1', 1), freshWorker('B1', 1)],
    left: { crashes, freezes, serverLosses },
    latestEffect: -1,
  };
}

/**
 * The same state with the turns that anyone still knows of numbered anew: their numbers only tell one from another, and
 * would grow without end.
 */
export function canonical(state: State): State {
  const numbers = new Map<number, number>([[0, 0]]);
  const renumber = (id: number): number => {
    const known = numbers.get(id) ?? numbers.size;
    numbers.set(id, known);
    return known;
  };
  const lasts = [
    ...state.jobs.map(({ last }) => last),
    ...state.workers.flatMap(({ window }) => window.map(({ last }) => last)),
  ];
  if (state.turn) state.turn.id = renumber(state.turn.id);
  for (const worker of state.workers) worker.turn = renumber(worker.turn);
  for (const last of lasts) if (last) last.turn = renumber(last.turn);
  state.turns = numbers.size - 1;
  return state;
}
