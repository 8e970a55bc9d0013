import type { Stats, Workload, WorkloadLimits } from '@lanekeeper/contracts';
import type { ReadinessChecks } from '@lanekeeper/service-kit';
import type { AccountStore } from './accounts/open-accounts.ts';
import type { GatewayConfig } from './config.ts';
import type { DealerStore } from './dealers/open-dealers.ts';
import type { Engine } from './engine.ts';
import type { RateLimits } from './limits/rate-limits.ts';
import type { StatusClient } from './status/status-client.ts';

/** What the routes work with. Made in main.ts, or by a test. */
export type GatewayDeps = {
  config: GatewayConfig;
  engine: Engine;
  status: StatusClient;
  /** The last numbers read in the background; undefined before the first success. */
  latestStats: () => Stats | undefined;
  workloadLimits: Readonly<Record<Workload, WorkloadLimits>>;
  rateLimits: RateLimits;
  accounts: AccountStore;
  dealers: DealerStore;
  checks: ReadinessChecks;
};
