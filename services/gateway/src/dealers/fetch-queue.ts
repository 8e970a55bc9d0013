import { createHash } from 'node:crypto';
import type { Job } from '@lanekeeper/contracts';
import { clearedUntil } from '@lanekeeper/dealers';
import type { FastifyRequest } from 'fastify';
import { callerOf, scopeHeaders } from '../caller.ts';
import type { GatewayDeps } from '../deps.ts';
import { orderQueue } from './order-queue.ts';
import { fromDatabase } from './seen-dealers.ts';

/** Jobs of a state that are looked at, the newest; a queue as long as that is not read by people. */
const MOST = 5_000;
/** Finished jobs that are looked at. */
const MOST_FINISHED = 1_000;
const FINISHED = ['completed', 'failed', 'cancelled', 'uncertain'] as const;

/** The fetch queue as the caller sees it: what runs, and what waits in the order in which it will run. */
export async function readQueue(
  request: FastifyRequest,
  { status, engine }: GatewayDeps,
): Promise<{ running: Job[]; waiting: Job[] }> {
  const scope = scopeHeaders(callerOf(request));
  const [queued, retrying, running, turns] = await Promise.all([
    status.jobsIn('fetch', 'queued', scope, MOST),
    status.jobsIn('fetch', 'retry-scheduled', scope, MOST),
    status.jobsIn('fetch', 'active', scope, MOST),
    engine.turnOrder('fetch'),
  ]);
  const busy = new Set(running.map(({ lane }) => lane));
  // Read one after the other: a job that moved on meanwhile is what it was found to be further on.
  const gone = new Set(running.map(({ id }) => id));
  const waiting = [...queued, ...retrying].filter(({ id }) => !gone.has(id));
  return {
    running: running.toSorted((a, b) => a.commandSeq - b.commandSeq),
    waiting: orderQueue([...new Map(waiting.map((job) => [job.id, job])).values()], turns, busy),
  };
}

/** The finished jobs that were not cleared from the queue's view, the last to finish first. */
export async function readFinished(request: FastifyRequest, { status, dealers }: GatewayDeps): Promise<Job[]> {
  const caller = callerOf(request);
  const cleared = await fromDatabase(() => clearedUntil(dealers.db, viewOf(request)));
  const states = await Promise.all(
    FINISHED.map((state) => status.jobsIn('fetch', state, scopeHeaders(caller), MOST_FINISHED)),
  );
  const since = cleared?.toISOString() ?? '';
  return states
    .flat()
    .filter(({ endedAt = '' }) => endedAt > since)
    .toSorted((a, b) => ((a.endedAt ?? '') < (b.endedAt ?? '') ? 1 : -1));
}

/** Whose view of the queue it is: everybody who sees all dealers shares one. A digest, since ids have any length and letters. */
export function viewOf(request: FastifyRequest): string {
  const { tenants, id } = callerOf(request);
  return tenants === 'all' ? 'all' : createHash('sha256').update(id).digest('hex');
}
