/**
 * Lanes on JetStream: work with a key runs in the key's order, one at a time (or up to the lane's width), while keys
 * run in parallel, take fair turns, and survive crashes of workers and server.
 */

export type { CancelledJob, CancelOptions } from './cancel.ts';
export type { CancelFilter } from './cancel-where.ts';
export { isLanesError, LanesError, type LanesErrorCode } from './errors.ts';
export type { JobRef } from './find-job.ts';
export type { Idempotency } from './idempotency.ts';
export type { LaneStats, LanesPage, WorkloadStats } from './lane-stats.ts';
export { type Lanes, type LanesOptions, openLanes } from './open-lanes.ts';
export type { LaneRef, PausedLane } from './pause-lane.ts';
export type { WorkerReport } from './ping.ts';
export type { RedriveFilter, Redriven, RedriveOptions } from './redrive.ts';
export type { Resolution, ResolvedJob, RetriedJob, RetryOptions } from './retry-job.ts';
export { EVENT_DAYS, streamConfigs } from './streams.ts';
export type { NewJob, Submitted, SubmittedJob } from './submit.ts';
export * from './types.ts';
export { DEFAULT_TIMES, startWorker, type Worker, type WorkerOptions } from './worker.ts';
export type { EngineTimes } from './worker-context.ts';
