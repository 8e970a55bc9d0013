import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type FieldError, invalidFields } from '@lanekeeper/service-kit';
import Type from 'typebox';
import { callerOf } from '../../../caller.ts';
import type { GatewayDeps } from '../../../deps.ts';
import { removeBgJob } from '../../../jobs/new-job.ts';
import { predict } from '../../../jobs/predict.ts';
import { submitJobs } from '../../../jobs/submit-jobs.ts';
import { IdempotencyHeaders, limitedSubmitProblems } from '../../../openapi/answers.ts';
import { photoUrlFault } from '../../../photo-url.ts';
import { imageRequestFields, predictionFields, RecordId, sharedData } from './image-request.ts';

/** Photos in one bulk at most: one atomic batch of the command stream. */
const MAX_PHOTOS = 1_000;

const schema = {
  tags: ['Image queue'],
  summary: 'Remove the backgrounds of up to 1,000 photos, all or none',
  description: 'recordIds and photoUrls pair by index.',
  headers: IdempotencyHeaders,
  body: Type.Object({
    recordIds: Type.Array(RecordId),
    photoUrls: Type.Array(Type.String({ description: 'http(s) URL' })),
    ...imageRequestFields,
  }),
  response: {
    202: Type.Object({
      success: Type.Literal(true),
      jobIds: Type.Array(Type.String()),
      count: Type.Integer(),
      message: Type.String(),
      ...predictionFields,
    }),
    ...limitedSubmitProblems,
  },
};

/** POST /api/image-queue/bulk-remove-bg */
export const bulkRemoveBgRoute: FastifyPluginAsyncTypebox<GatewayDeps> = async (app, deps) => {
  app.post('/api/image-queue/bulk-remove-bg', { schema }, async (request, reply) => {
    const { recordIds, photoUrls } = request.body;
    const faults = bulkFaults(recordIds, photoUrls);
    if (faults.length > 0) throw invalidFields(faults);
    const shared = sharedData(request.body, callerOf(request).vendor);
    const jobs = recordIds.map((recordId, index) =>
      removeBgJob({ recordId, photoUrl: photoUrls[index] ?? '', ...shared }, deps.workloadLimits),
    );
    const submitted = await submitJobs(request, reply, deps, { jobs, bulk: true });
    const count = submitted.jobs.length;
    reply.code(202);
    return {
      success: true as const,
      jobIds: submitted.jobs.map(({ jobId }) => jobId),
      count,
      message: `${count} ${count === 1 ? 'photo was' : 'photos were'} queued for background removal`,
      ...predict('remove-bg', count, deps),
    };
  });
};

/** What is wrong with the photos of a bulk: its lengths first, then every bad URL by its index. */
export function bulkFaults(recordIds: readonly string[], photoUrls: readonly string[]): FieldError[] {
  if (recordIds.length !== photoUrls.length) {
    const detail = `must have as many items as /recordIds: ${recordIds.length}, not ${photoUrls.length}`;
    return [{ pointer: '/photoUrls', detail }];
  }
  if (recordIds.length === 0) return [{ pointer: '/recordIds', detail: 'must not be empty' }];
  if (recordIds.length > MAX_PHOTOS) {
    return [{ pointer: '/recordIds', detail: `must have at most ${MAX_PHOTOS} items, not ${recordIds.length}` }];
  }
  return photoUrls.flatMap((url, index) => {
    const detail = photoUrlFault(url);
    return detail === undefined ? [] : [{ pointer: `/photoUrls/${index}`, detail }];
  });
}
