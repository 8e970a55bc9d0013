import type { JobEvent } from '@lanekeeper/contracts';

/** How often jobs were handed back by a worker that stopped. */
export function handBacks(events: readonly JobEvent[]): number {
  return events.filter((event) => event.type === 'retry-scheduled' && event.handedBack).length;
}

/**
 * Every sign that an orderly stop cost a job more than its hand-over, of a run whose handlers never fail: an attempt
 * beyond the first (someone was taken for dead), a start on top of a start, or a retry that is no hand-over. That nothing
 * waited for a delivery to run out shows in that the run ends at all: its ack wait is an hour. Pure.
 */
export function findWaits(events: readonly JobEvent[]): string[] {
  const faults: string[] = [];
  const jobs = new Map<string, { running: boolean }>();
  for (const event of events) {
    const job = jobs.get(event.jobId) ?? { running: false };
    jobs.set(event.jobId, job);
    if (event.type === 'started') {
      if (event.attempt !== 1) faults.push(`job ${event.jobId} began attempt ${event.attempt}`);
      if (job.running) faults.push(`job ${event.jobId} was taken over`);
      job.running = true;
    }
    if (event.type === 'retry-scheduled') {
      if (!event.handedBack) faults.push(`job ${event.jobId} failed: ${event.error.code}`);
      job.running = false;
    }
  }
  return faults;
}
