import type { JobEvent } from '@lanekeeper/contracts';

/** How often jobs were handed back by a worker that stopped. */
export function handBacks(events: readonly JobEvent[]): number {
  return events.filter((event) => event.type === 'retry-scheduled' && event.handedBack).length;
}

/**
 * Every sign that an orderly stop cost a job more than its hand-over, of a run whose handlers never fail: an attempt
 * beyond the first (someone was taken for dead), a start on top of a start, or a delivery that no hand-over accounts for
 * (one that ran out). Pure.
 */
export function findWaits(events: readonly JobEvent[]): string[] {
  const faults: string[] = [];
  const jobs = new Map<string, { handedBack: number; running: boolean }>();
  for (const event of events) {
    const job = jobs.get(event.jobId) ?? { handedBack: 0, running: false };
    jobs.set(event.jobId, job);
    if (event.type === 'started') {
      if (event.attempt !== 1) faults.push(`job ${event.jobId} began attempt ${event.attempt}`);
      if (job.running) faults.push(`job ${event.jobId} was taken over`);
      const deliveries = event.delivery?.count ?? 0;
      if (deliveries > 1 + job.handedBack) {
        faults.push(`job ${event.jobId} was delivered ${deliveries} times and handed back ${job.handedBack} times`);
      }
      job.running = true;
    }
    if (event.type === 'retry-scheduled') {
      if (!event.handedBack) faults.push(`job ${event.jobId} failed: ${event.error.code}`);
      job.handedBack++;
      job.running = false;
    }
  }
  return faults;
}
