import { setTimeout as delay } from 'node:timers/promises';
import type { RemoveBgResult } from '@lanekeeper/contracts';
import type { Order } from './records.ts';

/** A job as `GET /api/image-queue/job/:id` shows it. */
export type QueueJob = {
  id: string;
  state: 'waiting' | 'active' | 'delayed' | 'completed' | 'failed';
  progress: number;
  result?: RemoveBgResult;
  failedReason?: string;
};

// The old clients ask once a second; more often only saves time here.
const POLL_MS = 200;

/** Submits orders of one vendor in one request; answers the job ids in their order. Throws unless it is accepted. */
export async function submitBulk(url: string, orders: readonly Order[]): Promise<string[]> {
  const answer = await post(`${url}/api/image-queue/bulk-remove-bg`, {
    recordIds: orders.map(({ recordId }) => recordId),
    photoUrls: orders.map(({ photoUrl }) => photoUrl),
    vendorId: orders[0]?.vendorId,
  });
  return (answer as { jobIds: string[] }).jobIds;
}

/** Submits one order; answers its job id. Throws unless it is accepted. */
export async function submitSingle(url: string, order: Order): Promise<string> {
  return ((await post(`${url}/api/image-queue/remove-bg-queue`, order)) as { jobId: string }).jobId;
}

/** Polls until a job is over, as the old clients do: whatever is no success is an error to ask again after. */
export async function untilOver(url: string, jobId: string, isOver = ends): Promise<QueueJob> {
  for (;;) {
    const job = await read(url, jobId);
    if (job && isOver(job)) return job;
    await delay(POLL_MS);
  }
}

const ends = ({ state }: QueueJob) => state === 'completed' || state === 'failed';

async function read(url: string, jobId: string): Promise<QueueJob | undefined> {
  try {
    const answer = await fetch(`${url}/api/image-queue/job/${jobId}`, { signal: AbortSignal.timeout(10_000) });
    return answer.ok ? ((await answer.json()) as QueueJob) : undefined;
  } catch {
    return undefined; // nobody listens, or the connection was cut: asked again
  }
}

async function post(url: string, body: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  const text = await answer.text();
  if (answer.status !== 202) throw new Error(`${url} answered ${answer.status}: ${text}`);
  return JSON.parse(text);
}
