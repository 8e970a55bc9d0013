import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import type { NewJob, SubmittedJob } from '@lanekeeper/lanes';
import { invalidFields } from '@lanekeeper/service-kit';
import type { FastifySchemaCompiler } from 'fastify';
import Type, { type TSchema } from 'typebox';
import type { GatewayDeps } from '../../deps.ts';
import { JobRequest, jobFaults } from '../../jobs/check-jobs.ts';
import { newJob } from '../../jobs/new-job.ts';
import { submitJobs } from '../../jobs/submit-jobs.ts';
import { IdempotencyHeaders, limitedSubmitProblems } from '../../openapi/answers.ts';

const JobRequests = Type.Object(
  { jobs: Type.Array(JobRequest, { minItems: 1, maxItems: 1_000 }) },
  { additionalProperties: false },
);
const AcceptedJob = Type.Object({
  id: Type.String(),
  workload: Type.String(),
  lane: Type.String(),
  state: Type.Literal('queued'),
  href: Type.String({ description: 'Where to read the job' }),
});
const schema = {
  tags: ['Jobs'],
  summary: 'Submit one job, or up to 1,000, all or none',
  headers: IdempotencyHeaders,
  body: Type.Union([JobRequest, JobRequests]),
  response: { 202: Type.Object({ jobs: Type.Array(AcceptedJob) }), ...limitedSubmitProblems },
};

/** Picks the form that the body has before it validates: faults then name the fields of that form only. */
const validatorCompiler: FastifySchemaCompiler<TSchema> = (route) => {
  if (route.httpPart !== 'body') return TypeBoxValidatorCompiler(route);
  const one = TypeBoxValidatorCompiler({ ...route, schema: JobRequest });
  const many = TypeBoxValidatorCompiler({ ...route, schema: JobRequests });
  return (body: unknown) => (isMany(body) ? many(body) : one(body));
};

/** POST /v1/jobs */
export const submitJobsRoute: FastifyPluginAsyncTypebox<GatewayDeps> = async (app, deps) => {
  app.post('/v1/jobs', { schema, validatorCompiler }, async (request, reply) => {
    const { body } = request;
    const jobs = isMany(body) ? checked(body.jobs, (index) => `/jobs/${index}`) : checked([body], () => '');
    const submitted = await submitJobs(request, reply, deps, {
      jobs: jobs.map((job): NewJob => newJob(job, deps.workloadLimits)),
      bulk: isMany(body),
    });
    const accepted = submitted.jobs.map((job) => acceptedJob(job, deps.config.PUBLIC_URL));
    if (!isMany(body) && accepted[0]) reply.header('location', accepted[0].href);
    reply.code(202);
    return { jobs: accepted };
  });
};

function isMany<T>(body: T): body is T & { jobs: JobRequest[] } {
  return typeof body === 'object' && body !== null && 'jobs' in body;
}

function checked(jobs: JobRequest[], pointerTo: (index: number) => string): JobRequest[] {
  const faults = jobs.flatMap((job, index) =>
    jobFaults(job).map(({ pointer, detail }) => ({ pointer: `${pointerTo(index)}${pointer}`, detail })),
  );
  if (faults.length > 0) throw invalidFields(faults);
  return jobs;
}

function acceptedJob({ jobId, workload, lane }: SubmittedJob, base: string) {
  return { id: jobId, workload, lane, state: 'queued' as const, href: `${base}/v1/jobs/${jobId}` };
}
