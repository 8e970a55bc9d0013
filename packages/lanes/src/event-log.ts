import type { JobEvent, Names } from '@lanekeeper/contracts';
import type { StoredMsg } from '@nats-io/jetstream';
import { nuid } from '@nats-io/nats-core';
import { decodeEvent } from './codec.ts';
import { isLanesError, isWrongSequence, LanesError } from './errors.ts';
import { GroupCommit } from './group-commit.ts';
import { GroupRead } from './group-read.ts';
import { pause } from './pause.ts';
import type { OutMessage } from './publish.ts';
import { type ReadFrom, readLeader } from './read-leader.ts';
import { eventHeaders, traceAppend } from './tracing.ts';

/** The last event of a job. `id` is its CloudEvents id. */
export type LastEvent = { event: JobEvent; seq: number; id: string };

/** The last event of a job, not decoded yet. */
export type LastMessage = { text: string; seq: number; id: string };

/** An event to be appended if its job's last one still has the sequence `expected` (0: it has none). */
export type Append = { event: JobEvent; expected: number };

/** Pause before an unconfirmed append is tried again, in milliseconds. */
const RETRY_PAUSE_MS = 250;

/**
 * The log of every job: appends are fenced by the sequence of the job's last event that the writer knows, so of two
 * writers that both believe to own a job only one succeeds.
 */
export class EventLog {
  readonly #commit: GroupCommit;
  readonly #reads: GroupRead;
  readonly #from: ReadFrom;
  readonly #names: Names;

  constructor(from: ReadFrom, names: Names) {
    this.#commit = new GroupCommit(from.nc);
    this.#reads = new GroupRead(from.nc, names.eventsStream);
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
  append(event: JobEvent, expected: number, signal?: AbortSignal): Promise<number> {
    return traceAppend(event, () => this.#appendMessage(this.#encode(event, expected), expected, signal));
  }

  /**
   * Appends an event of one job and, only if that succeeded, one of another job: in one write, where several are under
   * way. The second is not insisted on.
   * @returns their sequences; the second is undefined when it was not written.
   * @throws as {@link EventLog.append}, for the first.
   */
  appendBoth(first: Append, second: Append, signal?: AbortSignal): Promise<[number, number | undefined]> {
    return traceAppend(first.event, () => this.#appendBoth(first, second, signal));
  }

  async #appendBoth(first: Append, second: Append, signal?: AbortSignal): Promise<[number, number | undefined]> {
    const messages = [this.#encode(first.event, first.expected), this.#encode(second.event, second.expected)] as const;
    try {
      const [one, two] = await this.#commit.append(messages, 'in order');
      if (one && two) return [one.seq, two.seq];
    } catch {
      // Refused or not confirmed: what became of each is found out one after the other.
    }
    const seq = await this.#appendMessage(messages[0], first.expected, signal);
    try {
      return [seq, await this.#appendMessage(messages[1], second.expected, signal)];
    } catch (error) {
      if (isLanesError(error, 'FENCED_OUT') || isLanesError(error, 'UNAVAILABLE')) return [seq, undefined];
      throw error;
    }
  }

  async #appendMessage(message: OutMessage, expected: number, signal?: AbortSignal): Promise<number> {
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
      return await readLeader(this.#from, this.#names.eventsStream, { last_by_subj: subject });
    } catch (cause) {
      throw new LanesError('UNAVAILABLE', 'the event log could not be read', { cause });
    }
  }

  #encode(event: JobEvent, expected: number): OutMessage {
    return {
      subject: this.#names.event(event.workload, event.lane, event.jobId),
      data: JSON.stringify(event),
      headers: {
        ...cloudEventHeaders(event),
        ...eventHeaders(event),
        'Nats-Expected-Last-Subject-Sequence': String(expected),
      },
    };
  }

  /** The jobs, of those given, that have at least one event. All in one request; at most 1,000. */
  async known(jobs: readonly JobKey[]): Promise<Set<string>> {
    return new Set((await this.lastOf(jobs)).keys());
  }

  /** The last events of those of the given jobs that have any, by job id. All in one request; at most 1,000. */
  async lastOf(jobs: readonly JobKey[]): Promise<Map<string, LastMessage>> {
    const subjects = jobs.map(({ workload, lane, jobId }) => this.#names.event(workload, lane, jobId));
    const last = await this.#reads.lastOf(subjects);
    const found = new Map<string, LastMessage>();
    jobs.forEach(({ jobId }, index) => {
      const message = last.get(subjects[index] ?? '');
      if (message) found.set(jobId, { text: message.text, seq: message.seq, id: message.header.get('ce-id') });
    });
    return found;
  }
}

/** Where the events of a job are. */
type JobKey = { workload: string; lane: string; jobId: string };

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
