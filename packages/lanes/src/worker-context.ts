import type { Lanes } from './open-lanes.ts';
import type { PausedLanes } from './paused-lanes.ts';
import type { ReadAhead } from './read-ahead.ts';
import type { TakenTurn } from './taken-turn.ts';
import type { TurnsConsumer } from './turns-consumer.ts';
import type { EngineLog, Handler, WorkloadDefinition } from './types.ts';

/** Times of the engine, in milliseconds. */
export type EngineTimes = {
  /** A worker silent for this long has lost its work to others. */
  ackWaitMs: number;
  /** While other lanes wait, a turn ends when its commands have run for this long, or it has lasted twelve times that. */
  turnSliceMs: number;
  /** How often lanes without a turn are looked for. */
  sweepMs: number;
  /** How long a handler may take to obey its abort signal before the worker declares itself stuck. */
  abortGraceMs: number;
};

/** A job that a worker holds. */
export type Held = {
  /** Whether its lease is still good. */
  valid: () => boolean;
  /** Stops the attempt for good; whether it ends as cancelled, unless it completes first. */
  cancel: (reason?: string) => boolean;
};

/** What all parts of one running worker share. */
export type WorkerContext = {
  lanes: Lanes;
  workload: WorkloadDefinition;
  handle: Handler;
  workerId: string;
  log: EngineLog;
  times: EngineTimes;
  /** Commands that this worker runs at once. */
  slots: number;
  turnsConsumer: TurnsConsumer;
  /** The turns that it serves. */
  turns: Set<TakenTurn>;
  readAhead: ReadAhead;
  /** Jobs that this worker holds. */
  holding: Map<string, Held>;
  /** The lanes of the workload that are paused, as far as this worker has heard. */
  paused: PausedLanes;
  /** Sequential lanes whose first command waits, until when (milliseconds since the epoch): the sweep leaves them alone. */
  waiting: Map<string, number>;
  /** Sequential lanes in which the sweep saw commands in the queue of wide lanes: the workload was narrowed since. */
  urgentLanes: Set<string>;
  /** Aborted when no new turns are taken any more. */
  draining: AbortSignal;
  /** Aborted when running handlers must stop too: their jobs are handed back. */
  handBack: AbortSignal;
  /** Offers a lane another turn after a while; forgotten when the worker stops (the sweep takes over). */
  offerLater: (lane: string, slot: number, delayMs: number) => void;
  /** What need not be waited for, except by a worker that stops. Faults are logged: the sweep heals them. */
  later: (work: Promise<unknown>) => void;
  /** Called when a handler ignores its abort signal: only a new process can go on safely. */
  onStuck: (jobId: string) => void;
};
