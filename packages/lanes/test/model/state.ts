/** What kinds of fault may strike, and how often, in one exploration; and which part of the engine is broken. */
export type Setup = {
  crashes: number;
  freezes: number;
  /** A killed server forgets lane consumers, and perhaps that it has delivered the turn. */
  serverLosses: number;
  /** The first attempt at the first command may end in a retry. */
  retries: boolean;
  sweep: boolean;
  /** Submits go on meanwhile, step by step; otherwise both commands and their turn are there from the start. */
  submits: boolean;
  mutant?: Mutant;
};

/** A deliberate fault of the engine that the model must catch. */
export type Mutant = 'no-fence' | 'no-asking' | 'ack-first' | 'no-second-look' | 'any-delivery' | 'any-silence';

/** The last event of a job, as far as the protocol looks at it. */
export type Last = {
  type: 'queued' | 'started' | 'retry-scheduled' | 'completed' | 'failed';
  attempt: number;
  worker: string;
  consumer: number;
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

/** The lane's consumer, which lives in the server's memory. */
export type Consumer = {
  id: number;
  /** The command that awaits its acknowledgement, or -1. */
  pending: number;
  state: 'out' | 'delayed' | 'again';
  /** Whose heartbeats keep it. */
  holder: string;
  count: number;
  /** The first command that was never delivered by it. */
  next: number;
};

/** Where a worker stands. Each step between two phases is atomic. */
export type Phase =
  | 'idle'
  | 'pull'
  | 'read'
  | 'decide'
  | 'act'
  | 'act-more'
  | 'finish'
  | 'postpone'
  | 'settle'
  | 'pass'
  | 'acking'
  | 'look';

/** A worker process with one slot. */
export type WorkerState = {
  id: string;
  frozen: boolean;
  phase: Phase;
  lease: boolean;
  command: number;
  believed: number;
  count: number;
  seq: number;
  attempt: number;
  last: Last | null;
  holder: 'unasked' | 'holds' | 'silent';
  served: 'nothing' | 'settled' | 'drained' | 'waits' | 'left' | 'lost';
  /** It will offer the lane a turn later. */
  timer: boolean;
};

/** Everything: server, two workers, and what was seen of their effects. */
export type State = {
  jobs: Job[];
  consumer: Consumer | null;
  consumers: number;
  turn: { state: 'queued' | 'out'; holder: string } | null;
  /** Acknowledgements of turns whose sender has died. */
  strayAcks: number;
  workers: WorkerState[];
  left: { crashes: number; freezes: number; serverLosses: number };
  /** The latest attempt that had an effect outside, as command * 100 + attempt. */
  latestEffect: number;
};

/** A worker that has just started. */
export function freshWorker(id: string): WorkerState {
  return { id, frozen: false, ...atRest, believed: 0, timer: false };
}

/** What a worker knows when it is not at a turn. */
export const atRest = {
  phase: 'idle',
  lease: false,
  command: -1,
  count: 0,
  seq: 0,
  attempt: 0,
  last: null,
  holder: 'unasked',
  served: 'nothing',
} as const;

/** Two workers, two commands of one lane yet to be submitted. */
export function initialState({ crashes, freezes, serverLosses, submits }: Setup): State {
  const queued: Last = { type: 'queued', attempt: 0, worker: '', consumer: 0, count: 0 };
  const job: Job = submits
    ? { submit: 'absent', present: false, seq: 0, last: null, ends: 0, due: false }
    : { submit: 'done', present: true, seq: 1, last: queued, ends: 0, due: false };
  return {
    jobs: [structuredClone(job), job],
    consumer: null,
    consumers: 0,
    turn: submits ? null : { state: 'queued', holder: '' },
    strayAcks: 0,
    workers: [freshWorker('A1'), freshWorker('B1')],
    left: { crashes, freezes, serverLosses },
    latestEffect: -1,
  };
}
