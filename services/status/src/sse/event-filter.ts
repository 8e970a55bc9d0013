import type { TenantScope } from '../reads/tenant-scope.ts';

/** Which events a stream carries; a part left out matches any. */
export type EventFilter = {
  jobId?: string | undefined;
  lane?: string | undefined;
  workload?: string | undefined;
  tenants: TenantScope;
};

/** What a filter looks at. `tenant` is undefined for an event of a job that was never introduced. */
export type FilteredEvent = { jobId: string; lane: string; workload: string; tenant: string | undefined };

/** Whether an event belongs into a stream. Pure. */
export function matches(filter: EventFilter, event: FilteredEvent): boolean {
  if (filter.jobId !== undefined && filter.jobId !== event.jobId) return false;
  if (filter.lane !== undefined && filter.lane !== event.lane) return false;
  if (filter.workload !== undefined && filter.workload !== event.workload) return false;
  return filter.tenants === undefined || (event.tenant !== undefined && filter.tenants.has(event.tenant));
}
