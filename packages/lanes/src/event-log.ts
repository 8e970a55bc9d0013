import { type JobEvent, type Names, parseSubject } from '@lanekeeper/contracts';
import type { StoredMsg } from '@nats-io/jetstream';
import { nuid } from '@nats-io/nats-core';
import { decodeEvent } from './codec.ts';
import { isLanesError, isWrongSequence, LanesError } from './errors.ts';
import { GroupCommit } from './group-commit.ts';
import { pause } from './pause.ts';
import type { OutMessage } from './publish.ts';
import { type ReadLastFrom, readLast } from './read-last.ts';

/** The last event of a job. `id` is its CloudEvents id. */
export type LastEvent = { event: JobEvent; seq: number; id: string };

/** Pause before an unconfirmed append is tried again, in milliseconds. */
const RETRY_PAUSE_MS = 250;

/**
 * The log of every job: appends are fenced by the sequence of the job's last event that the writer knows, so of two
 * writers that both believe to own a job only one succeeds.
 */
export class EventLog {
  readonly #commit: GroupCommit;
  readonly #from: ReadLastFrom;
  readonly #names: Names;

  constructor(from: ReadLastFrom, names: Names) {
    this.#commit = new GroupCommit(from.nc);
    this.#from = from;
    this.#names = names;
  }

  /** A job's last event; undefined when it has none. @throws LanesError INVALID_EVENT or UNAVAILABLE. */
  async last(workload: string, lane: string, jobId: string): Promise<LastEvent | undefined> {
    const stored = await this.#lastMessage(this.#names.event(workload, lane, jobId));
    if (!stored) return undefined;
    return { event: decodeEvent(stored.string()), seq: stored.seq, id: stored.header.get('ce-id') };
  }

  /**
   * Appends an event if the job's last event still has the sequence `expected` (0: it has none). Repeats through lost
   * connections until the outcome is known or `signal` is aborted.
   * @returns the sequence of the event.
   * @throws LanesError FENCED_OUT when another writer was first, UNAVAILABLE when aborted before the outcome is known.
   */
  async append(event: JobEvent, expected: number, signal?: AbortSignal): Promise<number> {
    const message = this.#encode(event, expected);
    for (;;) {
      try {
        const [stored] = await this.#commit.append([message]);
        if (stored) return stored.seq;
      } catch (error) {
        const seq = await this.#outcome(error, message, expected);
        if (seq !== undefined) return seq;
        if (signal?.aborted)
          throw new LanesError('UNAVAILABLE', 'an event could not be stored in time', { cause: error });
        await pause(RETRY_PAUSE_MS);
      }
    }
  }

  /** After a failed append: the event's sequence if it is stored after all, undefined if it may be tried again. */
  async #outcome(error: unknown, message: OutMessage, expected: number): Promise<number | undefined> {
    if (!isWrongSequence(error) && !isLanesError(error, 'UNAVAILABLE')) throw error;
    const last = await this.#lastMessage(message.subject).catch((cause: unknown) => {
      if (isLanesError(cause, 'UNAVAILABLE')) return 'unknown' as const;
      throw cause;
    });
    if (last === 'unknown') return undefined;
    if (last?.header.get('ce-id') === message.headers?.['ce-id']) return last?.seq;
    if ((last?.seq ?? 0) === expected) return undefined; // the server was still busy with another publish here
    throw new LanesError('FENCED_OUT', 'another worker has written to this job', { cause: error });
  }

  async #lastMessage(subject: string): Promise<StoredMsg | null> {
    try {
      return await readLast(this.#from, this.#names.eventsStream, subject);
    } catch (cause) {
      throw new LanesError('UNAVAILABLE', 'the event log could not be read', { cause });
    }
  }

  #encode(event: JobEvent, expected: number): OutMessage {
    return {
      subject: this.#names.event(event.workload, event.lane, event.jobId),
      data: JSON.stringify(event),
      headers: { ...cloudEventHeaders(event), 'Nats-Expected-Last-Subject-Sequence': String(expected) },
    };
  }

  /** The jobs, of those given, that have at least one event. All in one request; at most 1,000. */
  async known(jobs: readonly { workload: string; lane: string; jobId: string }[]): Promise<Set<string>> {
    const found = new Set<string>();
    if (jobs.length === 0) return found;
    try {
      const messages = await this.#from.jsm.direct.getLastMessagesFor(this.#names.eventsStream, {
        multi_last: jobs.map((job) => this.#names.event(job.workload, job.lane, job.jobId)),
      });
      for await (const message of messages) {
        const jobId = parseSubject(message.subject)?.tail;
        if (jobId !== undefined) found.add(jobId);
      }
    } catch (cause) {
      throw new LanesError('UNAVAILABLE', 'the event log could not be read', { cause });
    }
    return found;
  }
}

/** Binary-mode CloudEvents 1.0 attributes as headers. */
function cloudEventHeaders(event: JobEvent): Record<string, string> {
  return {
    'ce-specversion': '1.0',
    'ce-id': nuid.next(),
    'ce-type': `lanekeeper.job.${event.type}`,
    'ce-source': `/workloads/${event.workload}`,
    'ce-time': event.at,
    'content-type': 'application/json',
  };
}
