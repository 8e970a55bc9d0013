import type { JobEvent } from '@lanekeeper/contracts';
import { expect, it } from 'vitest';
import { OpenJobs } from './missing-commands.ts';

const event = (type: JobEvent['type'], jobId: string, more: object = {}): JobEvent =>
  ({ type, jobId, workload: 'w', lane: 'a', at: '', ...more }) as JobEvent;
const introduces = (jobId: string, commandSeq: number) => ({ job: { jobId }, commandSeq });

it('finds the commands of jobs that are not over and not stored, in the order of their submits', () => {
  const jobs = new OpenJobs();
  jobs.add(event('queued', 'late', introduces('late', 9)));
  jobs.add(event('queued', 'early', introduces('early', 5)));
  jobs.add(event('queued', 'stored', introduces('stored', 4)));
  jobs.add(event('queued', 'over', introduces('over', 3)));
  jobs.add(event('started', 'over', introduces('over', 3)));
  jobs.add(event('completed', 'over'));
  jobs.add(event('started', 'early', introduces('early', 5)));
  jobs.add(event('retry-scheduled', 'early'));
  expect(jobs.missingFrom(new Set(['stored'])).map(({ jobId }) => jobId)).toEqual(['early', 'late']);
});
