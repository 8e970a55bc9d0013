import type { EngineTimes } from '@lanekeeper/lanes';
import type { Mutant } from './mutants.ts';

/** What a chaos command asks for: its number in its lane, and how long it takes in milliseconds. */
export type ChaosCommand = { n: number; ms: number };

/** Limits of the chaos workload. */
export type ChaosLimits = { width: number; fleetLimit: number; timeoutMs: number; attempts: number; backoffMs: number };

/** What a worker process is told. */
export type WorkerSettings = {
  /** host:port of NATS, or of a proxy before it; several, comma-separated, are a cluster. */
  server: string;
  prefix: string;
  workload: string;
  effectsFile: string;
  slots: number;
  limits: ChaosLimits;
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
