import type { FetchData, Job } from '@lanekeeper/contracts';
import Type, { type Static } from 'typebox';

const Nullable = { text: Type.Union([Type.String(), Type.Null()]) };

/** A job as the fetch queue's clients have always read it. Times are UTC without a zone. */
export const CompatFetchJob = Type.Object({
  id: Type.String(),
  dealer_id: Type.String(),
  fetch_type: Type.String(),
  from_time: Nullable.text,
  to_time: Nullable.text,
  no_po: Nullable.text,
  status: Type.Union([
    Type.Literal('queued'),
    Type.Literal('running'),
    Type.Literal('completed'),
    Type.Literal('failed'),
    Type.Literal('cancelled'),
  ]),
  created_at: Type.String(),
  started_at: Nullable.text,
  completed_at: Nullable.text,
  result: Type.Unknown(),
  error_message: Nullable.text,
});
/** See {@link CompatFetchJob}. */
export type CompatFetchJob = Static<typeof CompatFetchJob>;

/** Translates a job for the fetch queue's clients, who know no retry-scheduled or uncertain jobs. */
export function compatFetchJob(job: Job): CompatFetchJob {
  const { dealerId, fetchType, fromTime, toTime, noPo } = job.data as FetchData;
  return {
    id: job.id,
    dealer_id: dealerId,
    fetch_type: fetchType,
    from_time: fromTime ?? null,
    to_time: toTime ?? null,
    no_po: noPo ?? null,
    status: compatStatus(job),
    created_at: naiveTime(job.submittedAt),
    started_at: job.startedAt === undefined ? null : naiveTime(job.startedAt),
    completed_at: job.endedAt === undefined ? null : naiveTime(job.endedAt),
    result: job.result ?? null,
    error_message: job.error?.message ?? null,
  };
}

/** A job's state in the old words. */
export function compatStatus({ state }: Pick<Job, 'state'>): CompatFetchJob['status'] {
  switch (state) {
    case 'queued':
    case 'retry-scheduled':
      return 'queued';
    case 'active':
      return 'running';
    case 'completed':
      return 'completed';
    case 'failed':
    case 'uncertain':
      return 'failed';
    case 'cancelled':
      return 'cancelled';
  }
}

/** ISO 8601 in UTC without the zone, which the old clients would not understand. */
export function naiveTime(time: string | Date): string {
  return (time instanceof Date ? time.toISOString() : time).replace(/Z$/, '');
}
