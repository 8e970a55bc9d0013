/** The limits of a workload. Times in milliseconds. Each can be overridden by environment. */
export type WorkloadLimits = {
  /** Commands of one lane in flight: 1 = strictly sequential. */
  width: number;
  /** Commands in flight over all workers and lanes. */
  fleetLimit: number;
  /** Longest run of one attempt. */
  timeoutMs: number;
  /** Attempts before the job fails. */
  attempts: number;
  /** Delay before the second attempt; doubles each time, with jitter. */
  backoffMs: number;
  /** Least time between the end of one command of a lane and the start of its next; 0 or absent: none. */
  minGapMs?: number;
};
