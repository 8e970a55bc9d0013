import type { Idempotency, Lanes, NewJob, Submitted, WorkerReport } from '@lanekeeper/lanes';

/** What people do to jobs and lanes. All throw ProblemError when the state does not allow it, or NATS is away. */
export type Operations = Pick<Lanes, 'cancel' | 'cancelWhere' | 'retry' | 'resolve' | 'listLanes' | 'pause' | 'resume'>;

/** What the gateway needs of the lanes engine. */
export type Engine = Operations & {
  submit: (jobs: NewJob[], options: { idempotency?: Idempotency }) => Promise<Submitted>;
  pingWorkers: (workload: string) => Promise<WorkerReport[]>;
  /** Why work cannot be accepted now; undefined when it can. */
  missing: () => Promise<string | undefined>;
};
