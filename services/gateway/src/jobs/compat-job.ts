import { isWorkload, type Job, type Workload } from '@lanekeeper/contracts';
import Type, { type Static } from 'typebox';

/** A job as the image queue's clients have always read it. */
export const CompatJob = Type.Object({
  id: Type.String(),
  state: Type.Union([
    Type.Literal('waiting'),
    Type.Literal('active'),
    Type.Literal('delayed'),
    Type.Literal('completed'),
    Type.Literal('failed'),
  ]),
  progress: Type.Number({ minimum: 0, maximum: 100 }),
  data: Type.Unknown(),
  result: Type.Optional(Type.Unknown()),
  failedReason: Type.Optional(Type.String()),
});
/** See {@link CompatJob}. */
export type CompatJob = Static<typeof CompatJob>;

const imageWorkloads: readonly Workload[] = ['remove-bg'];

/** Whether a job belongs to the image queue. */
export function isImageJob({ workload }: Pick<Job, 'workload'>): boolean {
  return isWorkload(workload) && imageWorkloads.includes(workload);
}

/** Translates a job for the image queue's clients, who know no cancelled or uncertain jobs: these read as failed. */
export function compatJob(job: Job): CompatJob {
  const { id, progress, data } = job;
  const common = { id, progress, data };
  switch (job.state) {
    case 'queued':
      return { ...common, state: 'waiting' };
    case 'active':
      return { ...common, state: 'active' };
    case 'retry-scheduled':
      return { ...common, state: 'delayed' };
    case 'completed':
      return { ...common, state: 'completed', result: job.result };
    case 'failed':
      return { ...common, state: 'failed', failedReason: job.error?.message ?? 'The job failed.' };
    case 'cancelled':
      return { ...common, state: 'failed', failedReason: 'The job was cancelled.' };
    case 'uncertain':
      return { ...common, state: 'failed', failedReason: uncertainReason(job) };
  }
}

function uncertainReason({ error }: Job): string {
  const why = error === undefined ? '' : `: ${error.message}`;
  return `It is uncertain whether the job was done; a person has to look${why}`;
}
