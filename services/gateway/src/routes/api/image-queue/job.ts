import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { JobId } from '@lanekeeper/contracts';
import { problem } from '@lanekeeper/service-kit';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { callerOf, scopeHeaders } from '../../../caller.ts';
import type { GatewayDeps } from '../../../deps.ts';
import { CompatJob, compatJob, isImageJob } from '../../../jobs/compat-job.ts';
import { problems } from '../../../openapi/answers.ts';

const schema = {
  tags: ['Image queue'],
  summary: 'The state of a job, for polling',
  params: Type.Object({ jobId: Type.String() }),
  response: { 200: CompatJob, ...problems(404, 503) },
};
const jobId = Compile(JobId);

/** GET /api/image-queue/job/:jobId */
export const jobRoute: FastifyPluginAsyncTypebox<GatewayDeps> = async (app, { status }) => {
  app.get('/api/image-queue/job/:jobId', { schema }, async (request, reply) => {
    const id = request.params.jobId;
    const job = jobId.Check(id) ? await status.job(id, scopeHeaders(callerOf(request))) : undefined;
    if (!job || !isImageJob(job)) throw problem('NOT_FOUND', 'The image queue has no job with this id.');
    reply.header('cache-control', 'no-store');
    return compatJob(job);
  });
};
