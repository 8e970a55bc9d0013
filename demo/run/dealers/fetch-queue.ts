import { setTimeout as sleep } from 'node:timers/promises';
import { call } from '../call.ts';
import type { PlannedDealer } from './plan.ts';

/** A job of the fetch queue as its old clients see it. */
export interface FetchJob {
  id: string;
  dealer_id: string;
  fetch_type: string;
  status: 'queued' | 'running' | 'completed' | 'failed' | 'cancelled';
  error_message: string | null;
}

const POLL_MS = 300;

/** Registers a dealer with the address and the credential of its group's server; one that is there already stays. */
export async function register(gateway: string, dealerApi: string, dealer: PlannedDealer): Promise<void> {
  const { dealers } = await call<{ dealers: { dealerId: string }[] }>('GET', `${gateway}/v1/dealers`);
  const { apiKey, secretKey, tokenSeparator, timeZone } = dealer.group;
  const settings = { name: dealer.name, baseUrl: `${dealerApi}/dgi-api/v1.3`, environment: 'sandbox', tokenSeparator };
  const body = { ...settings, timeZone, apiKey, secretKey };
  if (dealers.some(({ dealerId }) => dealerId === dealer.dealerId)) {
    await call('PATCH', `${gateway}/v1/dealers/${dealer.dealerId}`, body);
  } else {
    await call('POST', `${gateway}/v1/dealers`, { dealerId: dealer.dealerId, ...body });
  }
}

/** Queues one kind of data of several dealers; answers the job ids. */
export async function queueFetches(
  gateway: string,
  dealerIds: readonly string[],
  fetchType: string,
  { from, to }: { from: string; to: string },
): Promise<string[]> {
  const body = { dealer_ids: dealerIds, fetch_type: fetchType, from_time: from, to_time: to };
  const { jobs } = await call<{ jobs: { job_id: string }[] }>('POST', `${gateway}/jobs/queue/bulk`, body);
  return jobs.map(({ job_id: id }) => id);
}

/** Asks for the state of these jobs until all are over; `onEnd` is told of each as it ends. */
export async function untilOver(
  gateway: string,
  jobIds: readonly string[],
  onEnd: (job: FetchJob) => void,
  withinMs: number,
): Promise<FetchJob[]> {
  const over = new Map<string, FetchJob>();
  for (const until = Date.now() + withinMs; over.size < jobIds.length && Date.now() < until; await sleep(POLL_MS)) {
    for (const id of jobIds.filter((one) => !over.has(one))) {
      const job = await call<FetchJob>('GET', `${gateway}/jobs/queue/${id}/status`);
      if (job.status === 'queued' || job.status === 'running') continue;
      over.set(id, job);
      onEnd(job);
    }
  }
  return [...over.values()];
}
