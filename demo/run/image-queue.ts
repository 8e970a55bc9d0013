import type { RemoveBgResult } from '@lanekeeper/contracts';
import type { Order } from './plan.ts';
import { PROJECT } from './records.ts';

/** A job as `GET /api/image-queue/job/:id` shows it. */
export interface QueueJob {
  id: string;
  state: 'waiting' | 'active' | 'delayed' | 'completed' | 'failed';
  result?: RemoveBgResult;
  failedReason?: string;
}

/** Submits all orders, a vendor's bulk in one request and the others one by one. Answers the job id of each record. */
export async function submit(gateway: string, orders: readonly Order[]): Promise<Map<string, string>> {
  const jobIds = new Map<string, string>();
  for (const [vendorId, bulk] of Map.groupBy(
    orders.filter((order) => order.bulk),
    (order) => order.vendor,
  )) {
    const recordIds = bulk.map((order) => order.recordId);
    const photoUrls = bulk.map((order) => order.photoUrl);
    const answer = await post<{ jobIds: string[] }>(`${gateway}/api/image-queue/bulk-remove-bg`, {
      recordIds,
      photoUrls,
      projectId: PROJECT,
      vendorId,
    });
    for (const [index, recordId] of recordIds.entries()) jobIds.set(recordId, answer.jobIds[index] as string);
  }
  for (const { recordId, photoUrl, vendor } of orders.filter((order) => !order.bulk)) {
    const answer = await post<{ jobId: string }>(`${gateway}/api/image-queue/remove-bg-queue`, {
      recordId,
      photoUrl,
      projectId: PROJECT,
      vendorId: vendor,
    });
    jobIds.set(recordId, answer.jobId);
  }
  return jobIds;
}

/** Reads a job as clients that poll do. */
export async function readJob(gateway: string, jobId: string): Promise<QueueJob> {
  return read<QueueJob>(await fetch(`${gateway}/api/image-queue/job/${jobId}`));
}

const post = async <T>(url: string, body: object): Promise<T> =>
  read<T>(
    await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  );

async function read<T>(answer: Response): Promise<T> {
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.url} answered ${answer.status}: ${text}`);
  return JSON.parse(text) as T;
}
