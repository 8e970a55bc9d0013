import { isTerminal, type JobEvent } from '@lanekeeper/contracts';

/** What is known of a job from its events. Times in milliseconds since 1970. */
export interface TrackedJob {
  last: JobEvent['type'];
  percent: number;
  note?: string;
  queuedAt?: number;
  startedAt?: number;
  endedAt?: number;
  error?: string;
}

/** The next state of a job; `undefined` before its first event. */
export function track(job: TrackedJob | undefined, event: JobEvent): TrackedJob {
  const at = Date.parse(event.at);
  const next: TrackedJob = { percent: 0, ...job, last: event.type };
  switch (event.type) {
    case 'queued':
      return { ...next, queuedAt: at };
    case 'started': {
      const { error: _, note: __, endedAt: ___, ...anew } = next; // an earlier attempt's
      return { ...anew, startedAt: at, percent: 0 };
    }
    case 'progressed':
      return { ...next, percent: event.percent, ...(event.note ? { note: event.note } : {}) };
    case 'completed':
      return { ...next, percent: 100, endedAt: at };
    case 'failed':
    case 'retry-scheduled':
    case 'uncertain':
      return { ...next, endedAt: at, error: `${event.error.code}: ${event.error.message}` };
    case 'cancelled':
    case 'resolved':
      return { ...next, endedAt: at };
    case 'effect-intended':
      return next;
  }
}

/** Follows jobs by their events, in whatever order these and the job ids become known. */
export class JobTracker {
  readonly #jobs = new Map<string, TrackedJob>();
  readonly #waiting = new Set<() => void>();
  /** Called after each event. */
  onEvent: (jobId: string, event: JobEvent, job: TrackedJob) => void = () => undefined;

  /** Takes an event. */
  apply(event: JobEvent): void {
    const job = track(this.#jobs.get(event.jobId), event);
    this.#jobs.set(event.jobId, job);
    this.onEvent(event.jobId, event, job);
    for (const look of this.#waiting) look();
  }

  /** What is known of a job so far. */
  get(jobId: string): TrackedJob | undefined {
    return this.#jobs.get(jobId);
  }

  /** Resolves when all these jobs have ended, or to the ids of those that have not when the signal aborts. */
  async untilEnded(jobIds: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
    const open = () => jobIds.filter((id) => !isTerminal(this.#jobs.get(id)?.last ?? 'queued'));
    const { promise, resolve } = Promise.withResolvers<readonly string[]>();
    const look = () => {
      const left = open();
      if (left.length === 0 || signal.aborted) resolve(left);
    };
    this.#waiting.add(look);
    signal.addEventListener('abort', look);
    look();
    return promise.finally(() => this.#waiting.delete(look));
  }
}
