import type { Workload } from '@lanekeeper/contracts';
import type { GatewayDeps } from '../deps.ts';
import { type Estimate, estimate, type ServiceTimes, sentenceOf } from '../estimate.ts';

/** Service times to assume until the first jobs were measured, in milliseconds. */
const ASSUMED: Readonly<Record<Workload, ServiceTimes>> = {
  'remove-bg': { p50: 4_000, p90: 8_000 },
  browser: { p50: 20_000, p90: 60_000 },
  fetch: { p50: 5_000, p90: 30_000 },
};

/** An estimate as the image queue's clients read it: a sentence, and seconds. */
export type Prediction = { estimatedTime: string; estimatedSeconds: Estimate };

/** When `own` new jobs of a workload will be done, from the last numbers known. */
export function predict(workload: Workload, own: number, { latestStats, workloadLimits }: GatewayDeps): Prediction {
  const stats = latestStats()?.[workload];
  const ahead = stats ? stats.waiting + stats.active + stats.delayed : 0;
  const { width, fleetLimit } = workloadLimits[workload];
  const serviceMs = stats?.serviceMs ?? ASSUMED[workload];
  const seconds = estimate({ own, ahead, lanesAhead: stats?.lanes ?? 0, width, fleetLimit, serviceMs });
  return { estimatedTime: sentenceOf(seconds), estimatedSeconds: seconds };
}
