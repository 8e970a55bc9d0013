import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Job, JobId } from '@lanekeeper/contracts';
import { clearUntil } from '@lanekeeper/dealers';
import { ProblemError, problem } from '@lanekeeper/service-kit';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { callerOf, scopeHeaders } from '../../caller.ts';
import { CompatFetchJob, compatFetchJob, compatStatus } from '../../dealers/compat-fetch-job.ts';
import { readFinished, readQueue, viewOf } from '../../dealers/fetch-queue.ts';
import { fromDatabase } from '../../dealers/seen-dealers.ts';
import type { GatewayDeps } from '../../deps.ts';
import { problems } from '../../openapi/answers.ts';

/** Finished jobs that are shown. */
const SHOWN_FINISHED = 100;

const tags = ['Fetch queue'];
const params = Type.Object({ job_id: Type.String() });
const QueueStatus = Type.Object({
  current_job: Type.Union([CompatFetchJob, Type.Null()]),
  queue_length: Type.Integer({ description: 'Jobs that wait' }),
  queued_jobs: Type.Array(CompatFetchJob, { description: 'In the order in which they will run' }),
  is_processing: Type.Boolean(),
  running_jobs: Type.Array(CompatFetchJob),
  completed_jobs: Type.Array(CompatFetchJob, { description: 'Finished and not cleared, the last first, at most 100' }),
});
const view = { tags, summary: 'What runs, what waits, what is done', response: { 200: QueueStatus, ...problems(503) } };
const one = { tags, summary: 'One job', params, response: { 200: CompatFetchJob, ...problems(404, 503) } };
const clear = {
  tags,
  summary: 'Hide finished jobs from the queue; they stay searchable',
  response: { 200: Type.Object({ message: Type.String(), cleared_count: Type.Integer() }), ...problems(503) },
};
const cancel = {
  tags,
  summary: 'Take back a job that waits',
  params,
  response: {
    200: Type.Object({ message: Type.String(), job_id: Type.String(), status: Type.Literal('cancelled') }),
    ...problems(404, 503),
  },
};
const task = {
  tags,
  summary: 'The state of a task',
  params: Type.Object({ task_id: Type.String() }),
  response: {
    200: Type.Object({
      task_id: Type.String(),
      status: CompatFetchJob.properties.status,
      result: Type.Unknown(),
      progress: Type.Number(),
    }),
    ...problems(404, 503),
  },
};
const jobId = Compile(JobId);

/** GET /jobs/queue/status, /jobs/queue/:job_id/status, /jobs/:task_id/status; DELETE /jobs/queue/completed, /jobs/queue/:job_id */
export const fetchQueueViewRoutes: FastifyPluginAsyncTypebox<GatewayDeps> = async (app, deps) => {
  const { engine, dealers } = deps;
  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });
  app.get('/jobs/queue/status', { schema: view }, async (request) => {
    const [{ running, waiting }, finished] = await Promise.all([readQueue(request, deps), readFinished(request, deps)]);
    const [current] = running;
    return {
      current_job: current ? compatFetchJob(current) : null,
      queue_length: waiting.length,
      queued_jobs: waiting.map(compatFetchJob),
      is_processing: running.length > 0,
      running_jobs: running.map(compatFetchJob),
      completed_jobs: finished.slice(0, SHOWN_FINISHED).map(compatFetchJob),
    };
  });
  app.get('/jobs/queue/:job_id/status', { schema: one }, async (request) =>
    compatFetchJob(await fetchJobOf(request, deps, request.params.job_id)),
  );
  app.get('/jobs/:task_id/status', { schema: task }, async (request) => {
    const job = await fetchJobOf(request, deps, request.params.task_id);
    return { task_id: job.id, status: compatStatus(job), result: job.result ?? null, progress: job.progress };
  });
  app.delete('/jobs/queue/completed', { schema: clear }, async (request) => {
    const finished = await readFinished(request, deps);
    const last = finished[0]?.endedAt;
    if (last !== undefined) await fromDatabase(() => clearUntil(dealers.db, viewOf(request), new Date(last)));
    const count = finished.length;
    return { message: `${count} finished ${count === 1 ? 'job' : 'jobs'} cleared`, cleared_count: count };
  });
  app.delete('/jobs/queue/:job_id', { schema: cancel }, async (request) => {
    const { id, workload, lane } = await fetchJobOf(request, deps, request.params.job_id);
    await asNotQueued(() => engine.cancel({ jobId: id, workload, lane }));
    return { message: `Job ${id} cancelled`, job_id: id, status: 'cancelled' as const };
  });
};

async function fetchJobOf(request: FastifyRequest, { status }: GatewayDeps, id: string): Promise<Job> {
  const job = jobId.Check(id) ? await status.job(id, scopeHeaders(callerOf(request))) : undefined;
  if (job?.workload !== 'fetch') throw problem('NOT_FOUND', 'The fetch queue has no job with this id.');
  return job;
}

/** The old clients know only 404 for a job that cannot be cancelled; the sentence says why. */
async function asNotQueued(cancelling: () => Promise<unknown>): Promise<void> {
  try {
    await cancelling();
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    if (error.code === 'JOB_RUNNING') throw problem('NOT_FOUND', 'The job is not queued any more: it is running.');
    if (error.code === 'JOB_OVER') throw problem('NOT_FOUND', 'The job is not queued any more: it is over.');
    throw error;
  }
}
