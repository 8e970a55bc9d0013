import type { Stats } from '@lanekeeper/contracts';
import type { Logger, ReadinessChecks } from '@lanekeeper/service-kit';
import type { Kysely } from 'kysely';
import type { StatusSchema } from '../database/schema.ts';
import type { FreshEnough } from '../reads/fresh-enough.ts';
import type { EstimateSources } from '../reads/read-job.ts';
import type { TenantScope } from '../reads/tenant-scope.ts';
import type { OutletOptions } from '../sse/response-outlet.ts';
import type { StreamDeps } from '../sse/stream-events.ts';

/** What the routes are built on. */
export type AppDeps = {
  db: Kysely<StatusSchema>;
  log: Logger;
  fresh: FreshEnough;
  statsOf: (tenants: TenantScope) => Promise<Stats>;
  limitsOf: EstimateSources['limitsOf'];
  streams: StreamDeps;
  outlet: OutletOptions;
  checks: ReadinessChecks;
};
