import { type JobEvent, type Names, names } from '@lanekeeper/contracts';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { type CancelledJob, type CancelOptions, cancel } from './cancel.ts';
import { type CancelFilter, cancelWhere } from './cancel-where.ts';
import { EventLog } from './event-log.ts';
import { type JobRef, readHistory } from './find-job.ts';
import { setFleetLimit } from './fleet-limit.ts';
import { GroupCommit } from './group-commit.ts';
import { type Idempotency, openIdempotency } from './idempotency.ts';
import { type LaneStats, type LanesPage, listLanes, showLane, showWorkload, type WorkloadStats } from './lane-stats.ts';
import { ensureLanesBucket, type LaneRef, type PausedLane, pausedLanes, pauseLane, resumeLane } from './pause-lane.ts';
import { pingWorkers, type WorkerReport } from './ping.ts';
import { type RedriveFilter, type Redriven, type RedriveOptions, redrive } from './redrive.ts';
import {
  type Resolution,
  type ResolvedJob,
  type RetriedJob,
  type RetryOptions,
  resolveJob,
  retryJob,
} from './retry-job.ts';
import { ensureStreams } from './streams.ts';
import { type NewJob, type Submitted, submit } from './submit.ts';
import { turnOrder } from './turn-order.ts';
import { TurnOffers } from './turns.ts';

/** Where to find NATS, and how names and streams are to be. */
export type LanesOptions = {
  nc: NatsConnection;
  /** Prefix of all names; default none. */
  prefix?: string;
  /** Replicas of the streams: 1 (default), 3 or 5. */
  replicas?: number;
  /** Called with faults that heal by themselves (the sweep), for the log. */
  onHealable?: (error: unknown) => void;
};

/** The lanes of one namespace: submit work here; {@link startWorker} serves it. */
export type Lanes = Readonly<{
  nc: NatsConnection;
  jsm: JetStreamManager;
  names: Names;
  replicas: number;
  events: EventLog;
  /** See submit.ts. */
  submit: (jobs: readonly NewJob[], options?: { idempotency?: Idempotency }) => Promise<Submitted>;
  /** Takes a job back; see cancel.ts. */
  cancel: (job: JobRef, options?: CancelOptions) => Promise<CancelledJob>;
  /** Takes back all open jobs that match; see cancel-where.ts. */
  cancelWhere: (filter: CancelFilter, options?: CancelOptions & { limit?: number }) => Promise<CancelledJob[]>;
  /** Does a failed, cancelled or uncertain job again, as a new one; see retry-job.ts. */
  retry: (job: JobRef, options?: RetryOptions) => Promise<RetriedJob>;
  /** Says how an uncertain job really ended; see retry-job.ts. */
  resolve: (job: JobRef, as: Resolution, options?: RetryOptions) => Promise<ResolvedJob>;
  /** Stops a lane: it keeps its commands and starts none until it is resumed; see pause-lane.ts. */
  pause: (lane: LaneRef, reason: string) => Promise<PausedLane>;
  /** Lets a paused lane go on at once; whether it was paused. */
  resume: (lane: LaneRef) => Promise<boolean>;
  /** The paused lanes of a workload, or of all, with reason and since when. */
  pausedLanes: (workload?: string) => Promise<PausedLane[]>;
  /** The lanes of a workload with commands or paused, the fullest first (default 100 of them); see lane-stats.ts. */
  listLanes: (workload: string, options?: { limit?: number }) => Promise<LanesPage>;
  /** One lane; see lane-stats.ts. */
  showLane: (lane: LaneRef) => Promise<LaneStats>;
  /** A workload at a glance; see lane-stats.ts. */
  showWorkload: (workload: string) => Promise<WorkloadStats>;
  /** The lanes of a workload in the order in which their turns come; see turn-order.ts. */
  turnOrder: (workload: string) => Promise<string[]>;
  /** Changes how many commands of a workload may run at once, at once and for good; see fleet-limit.ts. */
  setFleetLimit: (workload: string, limit: number) => Promise<void>;
  /** All events of a job, in order. @throws LanesError UNKNOWN_JOB, UNAVAILABLE. */
  history: (job: JobRef) => Promise<JobEvent[]>;
  /** Does failed jobs that match again; see redrive.ts. */
  redrive: (filter: RedriveFilter, options?: RedriveOptions) => Promise<Redriven[]>;
  /** The live workers of a workload, as they answer within `waitMs` (default 300). */
  pingWorkers: (workload: string, options?: { waitMs?: number }) => Promise<WorkerReport[]>;
}>;

/** Opens the lanes of a namespace; creates its streams and buckets if they are missing. */
export async function openLanes(options: LanesOptions): Promise<Lanes> {
  const { nc, prefix = '', replicas = 1, onHealable = () => {} } = options;
  const named = names(prefix);
  const jsm = await jetstreamManager(nc);
  await ensureStreams(jsm, named, replicas);
  await ensureLanesBucket(nc, named, replicas);
  const idempotencyKeys = await openIdempotency(nc, named, replicas);
  const events = new EventLog({ nc, jsm, replicas }, named);
  const commands = new GroupCommit(nc);
  const turns = new TurnOffers(nc, named);
  const deps = { nc, jsm, names: named, replicas, commands, events, turns, idempotencyKeys, onHealable };
  return Object.freeze({
    nc,
    jsm,
    names: named,
    replicas,
    events,
    submit: (jobs: readonly NewJob[], { idempotency }: { idempotency?: Idempotency } = {}) =>
      submit(deps, jobs, idempotency),
    cancel: (job: JobRef, options: CancelOptions = {}) => cancel(deps, job, options),
    cancelWhere: (filter: CancelFilter, options: CancelOptions & { limit?: number } = {}) =>
      cancelWhere(deps, filter, options),
    retry: (job: JobRef, options: RetryOptions = {}) => retryJob(deps, job, options),
    resolve: (job: JobRef, as: Resolution, options: RetryOptions = {}) => resolveJob(deps, job, as, options),
    pause: (lane: LaneRef, reason: string) => pauseLane(deps, lane, reason),
    resume: (lane: LaneRef) => resumeLane(deps, lane),
    pausedLanes: (workload?: string) => pausedLanes(deps, workload),
    listLanes: (workload: string, { limit = 100 }: { limit?: number } = {}) => listLanes(deps, workload, limit),
    showLane: ({ workload, lane }: LaneRef) => showLane(deps, workload, lane),
    showWorkload: (workload: string) => showWorkload(deps, workload),
    turnOrder: (workload: string) => turnOrder(deps, workload),
    setFleetLimit: (workload: string, limit: number) => setFleetLimit(deps, workload, limit),
    history: (job: JobRef) => readHistory(deps, job),
    redrive: (filter: RedriveFilter, options: RedriveOptions = {}) => redrive(deps, filter, options),
    pingWorkers: (workload: string, { waitMs = 300 }: { waitMs?: number } = {}) =>
      pingWorkers(nc, named.workerPing(workload), waitMs),
  });
}
