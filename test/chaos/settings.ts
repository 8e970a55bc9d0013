import type { WorkloadLimits } from '@lanekeeper/contracts';
import type { EngineTimes } from '@lanekeeper/lanes';
import type { Mutant } from './mutants.ts';

/**
 * What a chaos command asks for: its number in its lane, how long it takes in milliseconds, and how many of its first
 * attempts fail, to be retried.
 */
export type ChaosCommand = { n: number; ms: number; failures: number };

/** A workload that is put through chaos. */
export type ChaosWorkload = { name: string; limits: WorkloadLimits };

/** What a worker process is told. */
export type WorkerSettings = {
  /** host:port of NATS, or of a proxy before it; several, comma-separated, are a cluster. */
  server: string;
  prefix: string;
  effectsFile: string;
  slots: number;
  workloads: readonly ChaosWorkload[];
  times: Partial<EngineTimes>;
  /** Replicas of the streams; default 1. */
  replicas?: number;
  /** How long a stop waits for running commands before it hands them back, in milliseconds; default 5,000. */
  stopMs?: number;
  /** The handler neither looks at its signal nor checks that it still owns the job. */
  careless?: boolean;
  /** The engine is broken on purpose. */
  mutant?: Mutant;
};
