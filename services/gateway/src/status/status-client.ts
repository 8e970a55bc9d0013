import type { Job, JobState, Stats } from '@lanekeeper/contracts';
import { problem, traceHeaders } from '@lanekeeper/service-kit';
import { statsFrom } from './stats.ts';

/** Longest wait for an answer of the status service, in milliseconds. */
const TIMEOUT_MS = 5_000;
/** Jobs of one page of a list. */
const PAGE = 500;
/** What a client should wait before it asks again, in seconds. */
export const RETRY_AFTER_S = '2';

/** Reads of the status service. `scope` are the headers that limit a read to what a caller sees. */
export type StatusClient = {
  /** A job; undefined when there is none that the scope covers. */
  job: (id: string, scope: Record<string, string>) => Promise<Job | undefined>;
  /** The jobs of a workload in a state, newest first, at most `most`; what was stored before the call is among them. */
  jobsIn: (workload: string, state: JobState, scope: Record<string, string>, most: number) => Promise<Job[]>;
  stats: (scope: Record<string, string>) => Promise<Stats>;
  /** Why the status service cannot answer now; undefined when it can. */
  missing: () => Promise<string | undefined>;
};

/**
 * Speaks to the status service at a base URL.
 * All reads throw ProblemError NOT_READY when it does not answer.
 */
export function statusClient(base: string): StatusClient {
  const get = async (path: string, headers: Record<string, string> = {}) => {
    try {
      const response = await fetch(new URL(path, base), {
        headers: { ...traceHeaders(), ...headers },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      return { status: response.status, text: await response.text() };
    } catch (cause) {
      throw statusAway(cause);
    }
  };
  return {
    async job(id, scope) {
      const { status, text } = await get(`/v1/jobs/${encodeURIComponent(id)}`, scope);
      if (status === 404) return undefined;
      if (status !== 200) throw statusAway(new Error(`the status service answered ${status} for a job`));
      return JSON.parse(text) as Job;
    },
    async jobsIn(workload, state, scope, most) {
      const jobs: Job[] = [];
      for (let after = ''; jobs.length < most; ) {
        const query = new URLSearchParams({ workload, state, limit: String(Math.min(PAGE, most - jobs.length)) });
        if (after === '') query.set('now', 'true');
        if (after !== '') query.set('after', after);
        const { status, text } = await get(`/v1/jobs?${query}`, scope);
        if (status !== 200) throw statusAway(new Error(`the status service answered ${status} for a list of jobs`));
        const page = JSON.parse(text) as { jobs: Job[]; next?: string };
        jobs.push(...page.jobs);
        if (page.next === undefined) break;
        after = page.next;
      }
      return jobs;
    },
    async stats(scope) {
      const { status, text } = await get('/v1/stats', scope);
      if (status !== 200) throw statusAway(new Error(`the status service answered ${status} for the statistics`));
      return statsFrom(JSON.parse(text));
    },
    async missing() {
      const { status } = await get('/healthz');
      return status === 200 ? undefined : `the status service answered ${status}`;
    },
  };
}

/** The problem to answer with while the status service cannot be read. */
export function statusAway(cause: unknown): Error {
  return problem('NOT_READY', 'The state of jobs cannot be read just now; submitted work is safe. Try again shortly.', {
    headers: { 'retry-after': RETRY_AFTER_S },
    cause,
  });
}
