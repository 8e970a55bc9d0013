import type { LaneConsumers } from './lane-consumers.ts';
import type { Lanes } from './open-lanes.ts';
import type { PausedLanes } from './paused-lanes.ts';
import type { EngineLog, Handler, WorkloadDefinition } from './types.ts';

/** Times of the engine, in milliseconds. */
export type EngineTimes = {
  /** A worker silent for this long has lost its work to others. */
  ackWaitMs: number;
  /** A turn may run several commands up to this time. */
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
  consumers: LaneConsumers;
  /** Jobs that this worker holds. */
  holding: Map<string, Held>;
  /** The lanes of the workload that are paused, as far as this worker has heard. */
  paused: PausedLanes;
  /** Sequential lanes whose first command waits, until when (milliseconds since the epoch): the sweep leaves them alone. */
  waiting: Map<string, number>;
  /** Aborted when no new turns are taken any more. */
  draining: AbortSignal;
  /** Aborted when running handlers must stop too: their jobs are handed back. */
  handBack: AbortSignal;
  /** Offers a lane another turn after a while; forgotten when the worker stops (the sweep takes over). */
  offerLater: (lane: string, slot: number, delayMs: number) => void;
  /** Called when a handler ignores its abort signal: only a new process can go on safely. */
  onStuck: (jobId: string) => void;
};
