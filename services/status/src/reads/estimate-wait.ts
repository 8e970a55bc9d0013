/** What an estimate is made from. Times in milliseconds. */
export type EstimateInput = {
  /** Jobs of the lane that come first. */
  ahead: number;
  /** Jobs of the lane that may run at once. */
  width: number;
  /** Jobs of the workload that may run at once. */
  fleetLimit: number;
  /** Lanes of the workload that have work, this one included. */
  lanes: number;
  /** Measured durations of completed jobs. */
  serviceMs: { p50: number; p90: number };
  /** How long until the job may run at all. */
  dueInMs: number;
};

/**
 * Seconds until a waiting job is likely to be done, from typical to slow. Lanes take turns, so a lane gets its width or
 * its share of the fleet, whichever is less. Pure.
 */
export function estimateWait(input: EstimateInput): { min: number; max: number } {
  const { ahead, width, fleetLimit, lanes, serviceMs, dueInMs } = input;
  const atOnce = Math.min(width, fleetLimit / Math.max(1, lanes));
  const rounds = Math.max(1, (ahead + 1) / atOnce);
  const seconds = (ms: number) => Math.ceil((Math.max(0, dueInMs) + rounds * ms) / 1_000);
  return { min: seconds(serviceMs.p50), max: seconds(serviceMs.p90) };
}
