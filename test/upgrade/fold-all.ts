import { evolve, type Job, type JobEvent } from '@lanekeeper/contracts';

/** The jobs that events come to, by id. The events are numbered from 1, as the stream numbers them. */
export function foldAll(events: readonly object[]): Record<string, Job> {
  const jobs: Record<string, Job> = {};
  events.forEach((event, index) => {
    const { jobId } = event as JobEvent;
    const job = evolve(jobs[jobId], event as JobEvent, index + 1);
    if (job) jobs[jobId] = job;
  });
  return jobs;
}
