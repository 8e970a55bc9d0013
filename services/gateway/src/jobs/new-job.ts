import type { BrowserData, FetchData, RemoveBgData, Workload, WorkloadLimits } from '@lanekeeper/contracts';
import { isWorkload, tenantOf } from '@lanekeeper/contracts';
import type { NewJob } from '@lanekeeper/lanes';

import type { Charge } from '../limits/rate-limits.ts';
import type { JobRequest } from './check-jobs.ts';

type Limits = Readonly<Record<Workload, WorkloadLimits>>;

/** What the engine gets for a checked request. The owner of the lane is who sees its jobs. */
export function newJob({ workload, lane, data, priority, runAt }: JobRequest, limits: Limits): NewJob {
  if (!isWorkload(workload)) throw new RangeError(`no workload "${workload}"`);
  const job = { workload, width: limits[workload].width, lane, data, tenant: tenantOf(workload, lane) };
  return {
    ...job,
    ...(priority === undefined ? {} : { priority }),
    ...(runAt === undefined ? {} : { runAt: new Date(runAt).toISOString() }),
  };
}

/** A `remove-bg` job for checked data. */
export function removeBgJob(data: RemoveBgData, limits: Limits): NewJob {
  return newJob({ workload: 'remove-bg', lane: data.vendorId, data }, limits);
}

/** A `browser` job for checked data. */
export function browserJob(data: BrowserData, limits: Limits): NewJob {
  return newJob({ workload: 'browser', lane: data.accountId, data }, limits);
}

/** A `fetch` job for checked data. */
export function fetchJob(data: FetchData, limits: Limits): NewJob {
  return newJob({ workload: 'fetch', lane: data.dealerId, data }, limits);
}

/**
 * What a submit of jobs counts against: one request per vendor, and one for the client's address. Several jobs at once
 * are a bulk. Work that is not the image queue's has no limit.
 */
export function chargesFor(jobs: readonly NewJob[], bulk: boolean, clientAddress: string): Charge[] {
  const vendors = new Set(jobs.filter(({ workload }) => workload === 'remove-bg').map(({ lane }) => lane));
  if (vendors.size === 0) return [];
  const perVendor = [...vendors].map((key): Charge => ({ kind: bulk ? 'bulk' : 'removal', key }));
  return [...perVendor, { kind: 'client', key: clientAddress }];
}
