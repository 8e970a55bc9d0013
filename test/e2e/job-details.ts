import type { JobEvent, JobEventType } from '@lanekeeper/contracts';
import type { System } from './system.ts';

/** An event of a job with its sequence in the log. */
export type TimelineEvent<T extends JobEventType = JobEventType> = Extract<JobEvent, { type: T }> & { seq: number };
/** What `GET /v1/jobs/:id` shows of a job. */
export type JobDetails = {
  id: string;
  state: string;
  attempt: number;
  error?: { code: string };
  timeline: TimelineEvent[];
};

/** Reads jobs with their timelines. */
export function readJobs({ url }: System, jobIds: readonly string[]): Promise<JobDetails[]> {
  return Promise.all(jobIds.map((id) => readJob(url, id)));
}

async function readJob(url: string, id: string): Promise<JobDetails> {
  const answer = await fetch(`${url}/v1/jobs/${id}`);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.url} answered ${answer.status}: ${text}`);
  return JSON.parse(text) as JobDetails;
}

/** The events of one type in a job's timeline. */
export function eventsOf<T extends JobEventType>({ timeline }: JobDetails, type: T): TimelineEvent<T>[] {
  return timeline.filter((event): event is TimelineEvent<T> => event.type === type);
}
