import type { WorkloadLimits } from '@lanekeeper/contracts';
import type { EngineTimes } from '@lanekeeper/lanes';

/** The workload of these measurements. */
export const WORKLOAD = 'bench';

/** A command that takes so many milliseconds. */
export type BenchCommand = { ms: number };

/** How a measured worker is to run. */
export type WorkerSettings = {
  /** host:port; several, comma-separated, are a cluster. */
  server: string;
  /** Replicas of the streams. */
  replicas: number;
  slots: number;
  limits: WorkloadLimits;
  times?: Partial<EngineTimes>;
  /** Whether each start of a handler is reported. */
  report?: boolean;
  stopMs?: number;
};

/** What a measured worker prints, a line each. `at`: milliseconds since the epoch, with fractions. */
export type Report = { type: 'ready' } | { type: 'start'; jobId: string; lane: string; at: number };

/** Limits of the measured workload. */
export function limitsFor(fleetLimit: number): WorkloadLimits {
  return { width: 1, fleetLimit, timeoutMs: 60_000, attempts: 3, backoffMs: 1_000 };
}
