import { type Command, isTerminal, type JobEvent } from '@lanekeeper/contracts';

/** Follows the events of all jobs and tells which are not over. Holds one entry for each such job. */
export class OpenJobs {
  readonly #open = new Map<string, { command: Command; commandSeq: number }>();

  /** Takes in the next event, in stream order. */
  add(event: JobEvent): void {
    if (isTerminal(event.type)) this.#open.delete(event.jobId);
    else if ('job' in event) {
      const known = this.#open.get(event.jobId);
      this.#open.set(event.jobId, { command: event.job, commandSeq: known?.commandSeq || event.commandSeq });
    }
  }

  /** Commands of open jobs that are not among the stored ones (job ids), in the order in which they were submitted. */
  missingFrom(stored: ReadonlySet<string>): Command[] {
    return [...this.#open.entries()]
      .filter(([jobId]) => !stored.has(jobId))
      .map(([, job]) => job)
      .toSorted((a, b) => a.commandSeq - b.commandSeq)
      .map(({ command }) => command);
  }
}
