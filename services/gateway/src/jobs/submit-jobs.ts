import type { NewJob, Submitted } from '@lanekeeper/lanes';
import { invalidFields, problem } from '@lanekeeper/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerOf, seesLane } from '../caller.ts';
import type { GatewayDeps } from '../deps.ts';
import { idempotencyOf } from '../idempotency.ts';
import { illFormedTexts } from '../text-faults.ts';
import { chargesFor } from './new-job.ts';

/**
 * Submits checked jobs for a request: counts it against the rate limits, stores it, and sets the headers that tell of
 * both. What adds no work is not counted: a refused body never comes here, a repeat under the same idempotency key and
 * a failed submit are given back.
 * @throws ProblemError INVALID_REQUEST for texts that cannot be stored, NOT_FOUND for a lane that the caller does not see,
 * RATE_LIMITED, IDEMPOTENCY_KEY_REUSED or NOT_READY.
 */
export async function submitJobs(
  request: FastifyRequest,
  reply: FastifyReply,
  { engine, rateLimits }: GatewayDeps,
  { jobs, bulk }: { jobs: NewJob[]; bulk: boolean },
): Promise<Submitted> {
  const faults = illFormedTexts(request.body);
  if (faults.length > 0) throw invalidFields(faults);
  const caller = callerOf(request);
  if (!jobs.every(({ workload, lane }) => seesLane(caller, workload, lane))) {
    throw problem('NOT_FOUND', 'There is no such lane.');
  }
  const idempotency = idempotencyOf(request);
  const taken = await rateLimits.take(chargesFor(jobs, bulk, request.ip));
  reply.headers(taken.headers);
  try {
    const submitted = await engine.submit(jobs, idempotency ? { idempotency } : {});
    if (submitted.replayed) {
      await taken.refund();
      reply.header('idempotency-replayed', 'true');
    }
    return submitted;
  } catch (error) {
    await taken.refund();
    throw error;
  }
}
