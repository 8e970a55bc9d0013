import type { Account } from '@lanekeeper/accounts';
import type { BrowserData } from '@lanekeeper/contracts';
import { invalidFields } from '@lanekeeper/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import type { GatewayDeps } from '../deps.ts';
import { jobFaults } from '../jobs/check-jobs.ts';
import { browserJob } from '../jobs/new-job.ts';
import { submitJobs } from '../jobs/submit-jobs.ts';

/** Operations in one request at most: one atomic batch of the command stream. */
export const MAX_OPERATIONS = 1_000;

/** The accounts of a request: each by its e-mail address or its id, and more than once if wanted. */
export const AccountNames = Type.Array(Type.String({ minLength: 1, maxLength: 254 }), {
  minItems: 1,
  maxItems: MAX_OPERATIONS,
  description: 'E-mail addresses or ids',
});

/** The answer of a request that queues operations. */
export const QueuedOperations = Type.Object({
  success: Type.Literal(true),
  message: Type.String({ description: '"100 operations queued for sequential processing"' }),
  results: Type.Array(
    Type.Object({
      email: Type.String(),
      job_id: Type.String(),
      status: Type.Literal('queued'),
      queue_position: Type.Integer({ description: 'Place in the queue of its account, from 1' }),
    }),
  ),
});

type Planned = { account: Account; data: BrowserData };

/**
 * Queues operations, each in its account's lane, all or none.
 * @throws ProblemError as submitJobs; INVALID_REQUEST for data that breaks the workload's schema.
 */
export async function queueOperations(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: GatewayDeps,
  planned: readonly Planned[],
): Promise<Static<typeof QueuedOperations>> {
  if (planned.length > MAX_OPERATIONS) {
    const detail = `must come to at most ${MAX_OPERATIONS} operations, not ${planned.length}`;
    throw invalidFields([{ pointer: '/accounts', detail }]);
  }
  const faults = jobFaults({ workload: 'browser', lane: planned[0]?.account.id ?? '', data: planned[0]?.data });
  if (faults.length > 0) throw invalidFields(faults.map((fault) => ({ ...fault, pointer: asSent(fault.pointer) })));
  const before = await lengths(deps, planned);
  const jobs = planned.map(({ data }) => browserJob(data, deps.workloadLimits));
  const submitted = await submitJobs(request, reply, deps, { jobs, bulk: true });
  reply.code(202);
  const count = submitted.jobs.length;
  return {
    success: true,
    message: `${count} ${count === 1 ? 'operation' : 'operations'} queued for sequential processing`,
    results: submitted.jobs.map(({ jobId, lane }, at) => {
      const position = (before.get(lane) ?? 0) + 1;
      before.set(lane, position);
      const email = planned[at]?.account.email ?? '';
      return { email, job_id: jobId, status: 'queued' as const, queue_position: position };
    }),
  };
}

/** Where a fault of the job's data stands in the body. */
const asSent = (pointer: string): string =>
  pointer.replace(/^\/data(\/listing)?/, '').replace(/^\/renewalCount/, '/renewal_count');

/** How many commands the lanes have before the request's own. */
async function lengths({ engine }: GatewayDeps, planned: readonly Planned[]): Promise<Map<string, number>> {
  const ids = [...new Set(planned.map(({ account }) => account.id))];
  const lanes = await Promise.all(ids.map((lane) => engine.showLane({ workload: 'browser', lane })));
  return new Map(lanes.map(({ lane, commands }) => [lane, commands]));
}
