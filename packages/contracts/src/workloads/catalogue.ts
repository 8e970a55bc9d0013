import { BrowserData, BrowserResult } from './browser.ts';
import { FetchData, FetchResult } from './fetch.ts';
import type { WorkloadLimits } from './limits.ts';
import { RemoveBgData, RemoveBgResult } from './remove-bg.ts';

/**
 * Every kind of work: its schemas, its defaults, and which field of its data is the lane.
 * A handler map keyed by this catalogue does not type-check while a handler is missing.
 */
export const workloads = {
  'remove-bg': {
    data: RemoveBgData,
    result: RemoveBgResult,
    limits: { width: 3, fleetLimit: 3, timeoutMs: 60_000, attempts: 3, backoffMs: 2_000 },
    /** The lane of a command with this data. */
    laneOf: (data: RemoveBgData): string => data.vendorId,
  },
  browser: {
    data: BrowserData,
    result: BrowserResult,
    // A site that is down for half a minute is waited for: 4 + 8 + 16 + 32 s. The gap spares accounts from being locked.
    limits: { width: 1, fleetLimit: 4, timeoutMs: 300_000, attempts: 5, backoffMs: 4_000, minGapMs: 30_000 },
    laneOf: (data: BrowserData): string => data.accountId,
  },
  fetch: {
    data: FetchData,
    result: FetchResult,
    // One at a time over all dealers, as the dealers' servers are used to it; each window has a deadline of its own.
    limits: { width: 1, fleetLimit: 1, timeoutMs: 600_000, attempts: 3, backoffMs: 2_000 },
    laneOf: (data: FetchData): string => data.dealerId,
  },
} as const satisfies Record<string, { data: object; result: object; limits: WorkloadLimits; laneOf: unknown }>;

/** The names of all workloads. */
export type Workload = keyof typeof workloads;
/** Whether a string names a workload. */
export const isWorkload = (name: string): name is Workload => Object.hasOwn(workloads, name);
