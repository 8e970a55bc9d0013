import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { invalidFields, problem } from '@lanekeeper/service-kit';
import Type from 'typebox';
import { callerOf } from '../../../caller.ts';
import type { GatewayDeps } from '../../../deps.ts';
import { removeBgJob } from '../../../jobs/new-job.ts';
import { predict } from '../../../jobs/predict.ts';
import { submitJobs } from '../../../jobs/submit-jobs.ts';
import { IdempotencyHeaders, limitedSubmitProblems } from '../../../openapi/answers.ts';
import { photoUrlFault } from '../../../photo-url.ts';
import { imageRequestFields, predictionFields, RecordId, sharedData } from './image-request.ts';

const schema = {
  tags: ['Image queue'],
  summary: 'Remove the background of one photo',
  headers: IdempotencyHeaders,
  body: Type.Object({
    recordId: RecordId,
    photoUrl: Type.String({ description: 'http(s) URL' }),
    ...imageRequestFields,
  }),
  response: {
    202: Type.Object({
      success: Type.Literal(true),
      jobId: Type.String(),
      recordId: Type.String(),
      message: Type.String(),
      ...predictionFields,
    }),
    ...limitedSubmitProblems,
  },
};

/** POST /api/image-queue/remove-bg-queue */
export const removeBgQueueRoute: FastifyPluginAsyncTypebox<GatewayDeps> = async (app, deps) => {
  app.post('/api/image-queue/remove-bg-queue', { schema }, async (request, reply) => {
    const { recordId, photoUrl } = request.body;
    const fault = photoUrlFault(photoUrl);
    if (fault !== undefined) throw invalidFields([{ pointer: '/photoUrl', detail: fault }]);
    const data = { recordId, photoUrl, ...sharedData(request.body, callerOf(request).vendor) };
    const submitted = await submitJobs(request, reply, deps, {
      jobs: [removeBgJob(data, deps.workloadLimits)],
      bulk: false,
    });
    const [job] = submitted.jobs;
    if (!job) throw problem('INTERNAL', 'The job was stored without an id.');
    reply.code(202);
    return {
      success: true as const,
      jobId: job.jobId,
      recordId,
      message: 'The photo was queued for background removal',
      ...predict('remove-bg', 1, deps),
    };
  });
};
