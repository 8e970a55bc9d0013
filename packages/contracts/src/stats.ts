import Type, { type Static } from 'typebox';

const Percentiles = Type.Object({ p50: Type.Number(), p90: Type.Number() });
const Count = Type.Integer({ minimum: 0 });

/** Numbers of one workload. Counts of jobs; times in milliseconds, of the last completed jobs of all tenants. */
export const WorkloadStats = Type.Object({
  waiting: Count,
  active: Count,
  /** Waiting for their next attempt. */
  delayed: Count,
  completed: Count,
  failed: Count,
  cancelled: Count,
  uncertain: Count,
  /** From the first start to the end; absent until a job was measured. */
  serviceMs: Type.Optional(Percentiles),
  /** From the submit to the first start; absent until a job was measured. */
  waitMs: Type.Optional(Percentiles),
  /** Lanes with jobs that have not ended. */
  lanes: Count,
});
/** See {@link WorkloadStats}. */
export type WorkloadStats = Static<typeof WorkloadStats>;

/** Answer of `GET /v1/stats`: numbers by workload; a workload without jobs may be absent. */
export const Stats = Type.Object({ workloads: Type.Record(Type.String(), WorkloadStats) });
/** The numbers in {@link Stats}, by workload. */
export type Stats = Static<typeof Stats>['workloads'];
