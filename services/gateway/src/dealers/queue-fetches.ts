import type { FetchData } from '@lanekeeper/contracts';
import { invalidFields } from '@lanekeeper/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GatewayDeps } from '../deps.ts';
import { fetchJob } from '../jobs/new-job.ts';
import { submitJobs } from '../jobs/submit-jobs.ts';
import { namedDealers } from './seen-dealers.ts';

/** A job that was queued. */
export type QueuedFetch = { dealer_id: string; job_id: string; fetch_type: string; status: 'queued' };
/** A dealer for which none was. */
export type RefusedFetch = { dealer_id: string; error: string };

/**
 * Queues the same fetch for dealers, one job each. Inactive dealers are left out, with the reason.
 * @throws ProblemError INVALID_REQUEST for dealers that are not known, or when none is active; nothing is queued then.
 */
export async function queueFetches(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: GatewayDeps,
  {
    dealerIds,
    what,
    pointerOf,
  }: { dealerIds: readonly string[]; what: Omit<FetchData, 'dealerId'>; pointerOf: (at: number) => string },
): Promise<{ jobs: QueuedFetch[]; failures: RefusedFetch[] }> {
  const known = await namedDealers(request, deps, dealerIds, pointerOf);
  const active = dealerIds.filter((dealerId) => known.get(dealerId)?.active);
  if (active.length === 0) {
    const faults = dealerIds.map((id, at) => ({
      pointer: pointerOf(at),
      detail: `names a dealer that is not active: ${id}`,
    }));
    throw invalidFields(faults);
  }
  const jobs = active.map((dealerId) => fetchJob({ dealerId, ...what }, deps.workloadLimits));
  const submitted = await submitJobs(request, reply, deps, { jobs, bulk: dealerIds.length > 1 });
  return {
    jobs: submitted.jobs.map(({ jobId, lane }) => ({
      dealer_id: lane,
      job_id: jobId,
      fetch_type: what.fetchType,
      status: 'queued',
    })),
    failures: dealerIds
      .filter((dealerId) => !known.get(dealerId)?.active)
      .map((dealerId) => ({ dealer_id: dealerId, error: 'The dealer is not active' })),
  };
}
