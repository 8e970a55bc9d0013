import type { Command, JobErrorBody, JobEvent } from '@lanekeeper/contracts';
import { cancellation } from './cancellation.ts';
import { isLanesError, LanesError } from './errors.ts';
import type { Append, EventLog } from './event-log.ts';
import { pause } from './pause.ts';
import type { TurnDelivery } from './taken-turn.ts';

/** Who works on what, and from which point of the job's log. */
export type AttemptStart = {
  log: EventLog;
  command: Command;
  attempt: number;
  workerId: string;
  intents: readonly string[];
  /** Under which delivery of which turn. */
  delivery: TurnDelivery;
  /** Sequence of the job's last event. */
  seq: number;
  /** Whether the lease is still good. */
  leaseValid: () => boolean;
};

/** Pause before a failed read is repeated, in milliseconds. */
const READ_RETRY_MS = 100;

/** How an attempt ended. */
export type Outcome =
  | { type: 'completed'; result: unknown }
  | { type: 'failed'; error: JobErrorBody }
  | { type: 'uncertain'; error: JobErrorBody }
  | { type: 'cancelled'; reason?: string }
  | { type: 'retry-scheduled'; error: JobErrorBody; dueAt: Date; handedBack?: boolean };

/** Whether an outcome was written, and the sequence of what was written with it. */
export type Finished = { written: boolean; next: number | undefined };

/**
 * One attempt at a job and its writes to the job's log: one after the other, each fenced by the one before. The first
 * write that another worker has overtaken ends the attempt: its signal is aborted.
 */
export class Attempt {
  readonly #start: AttemptStart;
  readonly #abort = new AbortController();
  readonly #intents: string[];
  #seq: number;
  #writes: Promise<unknown> = Promise.resolve();
  #latest: { percent: number; note?: string } | undefined;
  #percent = 0;
  #cancelReason: string | undefined;

  constructor(start: AttemptStart) {
    this.#start = start;
    this.#seq = start.seq;
    this.#intents = [...start.intents];
  }

  /** Aborted when the attempt must stop; a lease that has run out is noticed here at the latest. */
  get signal(): AbortSignal {
    if (!this.#start.leaseValid()) this.abort(new LanesError('LEASE_LOST', 'the lease on this job has run out'));
    return this.#abort.signal;
  }

  /** Stops the attempt; the first reason counts. */
  abort(reason: LanesError): void {
    this.#abort.abort(reason);
  }

  /** Stops the attempt because its job is cancelled; whether it ends so: another reason may have been first. */
  cancel(reason?: string): boolean {
    if (!this.signal.aborted) this.#cancelReason = reason;
    this.abort(new LanesError('CANCELLED', 'the job is being cancelled'));
    return isLanesError(this.signal.reason, 'CANCELLED');
  }

  /**
   * How the attempt ends once it was cancelled and its handler has stopped; undefined when it was not cancelled. After
   * an announced step no one knows whether it happened: then a person decides.
   */
  get cancellation(): Outcome | undefined {
    if (!isLanesError(this.signal.reason, 'CANCELLED')) return undefined;
    return cancellation(this.#intents, this.#cancelReason);
  }

  /** Whether the attempt has lost its job: nothing may be written or acknowledged any more. */
  get lost(): boolean {
    return isLanesError(this.signal.reason, 'FENCED_OUT') || isLanesError(this.signal.reason, 'LEASE_LOST');
  }

  /** See HandlerContext.progress. */
  progress(percent: number, note?: string): void {
    const clamped = Math.min(100, Math.max(this.#percent, percent));
    const waiting = this.#latest !== undefined;
    this.#percent = clamped;
    this.#latest = note === undefined ? { percent: clamped } : { percent: clamped, note };
    if (!waiting) void this.#chain(() => this.#writeProgress()).catch((error: unknown) => this.#fault(error));
  }

  /** See HandlerContext.intend. */
  async intend(effect: string): Promise<void> {
    this.signal.throwIfAborted();
    this.#intents.push(effect);
    await this.#chain(() => this.#write({ type: 'effect-intended', ...this.#header(), effect }, this.signal));
    this.signal.throwIfAborted();
  }

  /** See HandlerContext.assertOwned. */
  async assertOwned(): Promise<void> {
    await this.#chain(async () => {
      const { command, log } = this.#start;
      const last = await this.#persistently(() => log.last(command.workload, command.lane, command.jobId));
      if (last?.seq !== this.#seq) this.#fault(new LanesError('FENCED_OUT', 'another worker has taken over this job'));
    });
    this.signal.throwIfAborted();
  }

  /**
   * Writes how the attempt ended, and with it, if there is one, the claim of the lane's next command. Goes on trying
   * through lost connections, until `deadline` is aborted.
   * @returns whether it was written (not when another worker was first), and the sequence of the claim if that was too.
   */
  async finish(outcome: Outcome, deadline: AbortSignal, successor?: Append): Promise<Finished> {
    try {
      let next: number | undefined;
      await this.#chain(async () => {
        const event = this.#outcomeEvent(outcome);
        if (!successor) return this.#write(event, deadline);
        const { log } = this.#start;
        // They happen in one moment: the next job must not seem to have begun before this one ended.
        const following = { ...successor, event: { ...successor.event, at: event.at } };
        [this.#seq, next] = await log.appendBoth({ event, expected: this.#seq }, following, deadline);
      });
      return { written: true, next };
    } catch (error) {
      this.#fault(error);
      return { written: false, next: undefined };
    }
  }

  #outcomeEvent(outcome: Outcome): JobEvent {
    const { worker: _, ...header } = this.#header();
    switch (outcome.type) {
      case 'completed':
        return { type: 'completed', ...header, result: outcome.result };
      case 'failed':
        return { type: 'failed', ...header, error: outcome.error };
      case 'uncertain':
        return { type: 'uncertain', ...header, error: outcome.error };
      case 'cancelled': {
        const { jobId, workload, lane, at } = header;
        return { ...outcome, jobId, workload, lane, at };
      }
      case 'retry-scheduled': {
        const { error, dueAt, handedBack } = outcome;
        const event = { type: 'retry-scheduled' as const, ...header, error, dueAt: dueAt.toISOString() };
        return handedBack ? { ...event, handedBack } : event;
      }
    }
  }

  async #writeProgress(): Promise<void> {
    const latest = this.#latest;
    this.#latest = undefined;
    if (latest && !this.signal.aborted)
      await this.#write({ type: 'progressed', ...this.#header(), ...latest }, this.signal);
  }

  async #write(event: JobEvent, signal: AbortSignal): Promise<void> {
    this.#seq = await this.#start.log.append(event, this.#seq, signal);
  }

  /** Repeats a read through lost connections, for as long as the attempt is not aborted. */
  async #persistently<T>(read: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await read();
      } catch (error) {
        if (!isLanesError(error, 'UNAVAILABLE') || this.signal.aborted) throw error;
        await pause(READ_RETRY_MS, this.signal);
      }
    }
  }

  #chain<T>(write: () => Promise<T>): Promise<T> {
    const next = this.#writes.then(write, write);
    this.#writes = next.catch(() => undefined); // each caller sees its own failure; the chain goes on
    return next;
  }

  #fault(error: unknown): void {
    if (isLanesError(error, 'FENCED_OUT')) this.abort(error);
    else if (!isLanesError(error, 'UNAVAILABLE')) {
      this.abort(new LanesError('REFUSED', 'an event was refused by the server', { cause: error }));
    }
  }

  #header() {
    const { command, attempt, workerId, delivery } = this.#start;
    const { jobId, workload, lane } = command;
    const intents = this.#intents.length > 0 ? { intents: [...this.#intents] } : {};
    return { jobId, workload, lane, at: new Date().toISOString(), attempt, delivery, worker: workerId, ...intents };
  }
}
