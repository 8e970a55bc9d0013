import { setTimeout as delay } from 'node:timers/promises';
import { type Names, names } from '@lanekeeper/contracts';
import { LinkedAbort, type Logger } from '@lanekeeper/service-kit';
import type { JetStreamClient, JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import type { Kysely } from 'kysely';
import type { StatusSchema } from '../database/schema.ts';
import type { AppliedPosition } from './applied-position.ts';
import { type Applied, applyBatch, dataErrorCode } from './apply-batch.ts';
import { type DecodedEvent, decodeEvent } from './decode-event.ts';
import { followEvents } from './follow-events.ts';
import { inBatches } from './in-batches.ts';
import { Lease, LeaseLost, PROJECTION, readPosition } from './lease.ts';
import { startPosition } from './start-position.ts';
import { traceProjection } from './trace-projection.ts';
import type { Announcement } from './watch-position.ts';

/** What the projector works with. */
export type ProjectorDeps = {
  nc: NatsConnection;
  js: JetStreamClient;
  db: Kysely<StatusSchema>;
  log: Logger;
  prefix: string;
  applied: AppliedPosition;
  /** Creation time of the EVENTS stream that this process started with. */
  streamCreated: string;
  /** Names this process; unique among replicas. */
  holder: string;
  /** How long a replica that vanished keeps the lease, in milliseconds. */
  leaseMs: number;
};

/** What the projector is doing, for readiness. */
export type ProjectorState = { role: 'starting' | 'standby' | 'active'; trouble?: string; badEvents: number };

const BATCH = { items: 500, bytes: 4 * 1024 * 1024, sizeOf: ({ data }: DecodedEvent) => data.byteLength + 256 };
const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 2_000;

/**
 * Folds EVENTS into the tables while it holds the lease. Database errors are retried without end, since the events wait
 * in the stream; an event that cannot be read or stored is recorded and left out.
 */
export class Projector {
  readonly #deps: ProjectorDeps;
  readonly #names: Names;
  readonly #lease: Lease;
  #state: ProjectorState = { role: 'starting', badEvents: 0 };

  constructor(deps: ProjectorDeps) {
    this.#deps = deps;
    this.#names = names(deps.prefix);
    this.#lease = new Lease(deps.db, deps.holder, deps.leaseMs);
  }

  get state(): Readonly<ProjectorState> {
    return this.#state;
  }

  /** Runs until the signal is aborted; resolves when the batch under way is stored and the lease is given back. */
  async run(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; ) {
      try {
        await this.#turn(signal);
        failures = 0;
      } catch (error) {
        if (error instanceof LeaseLost) this.#deps.log.warn({ reason: error.message }, 'projection lease lost');
        else await this.#trouble(error, ++failures, signal);
      }
    }
    await this.#lease.release().catch((err) => this.#deps.log.warn({ err }, 'could not give the lease back'));
  }

  /** Waits for the lease, then projects until it is lost. */
  async #turn(signal: AbortSignal): Promise<void> {
    const position = await this.#lease.take();
    if (position === undefined) {
      this.#state = { role: 'standby', badEvents: this.#state.badEvents };
      await pause(this.#deps.leaseMs / 4, signal);
      return;
    }
    const { js, db, log } = this.#deps;
    const from = await startPosition({ js, db, log, stream: this.#names.eventsStream, position });
    this.#state = { role: 'active', badEvents: this.#state.badEvents };
    log.info({ position: from.seq }, 'projecting');
    this.#announce(from);
    using turn = new LinkedAbort([signal]);
    const renewing = this.#keepLease(turn);
    try {
      await this.#project(from, turn.signal);
    } finally {
      turn.abort();
      await renewing;
    }
    if (turn.signal.reason instanceof LeaseLost) throw turn.signal.reason;
  }

  async #project({ seq: from, streamCreated }: Announcement, signal: AbortSignal): Promise<void> {
    const { js, log } = this.#deps;
    const name = this.#names.projectionConsumer(PROJECTION);
    const onTrouble = (err: unknown) => log.warn({ err }, 'reading events again');
    const messages = followEvents(js, { stream: this.#names.eventsStream, from: from + 1, name, signal, onTrouble });
    let position = from;
    for await (const batch of inBatches(decoded(messages), BATCH)) {
      position = await this.#applyUntilStored(position, batch, signal);
      this.#announce({ seq: position, streamCreated });
    }
  }

  async #applyUntilStored(after: number, batch: readonly DecodedEvent[], signal: AbortSignal): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      try {
        const apply = () => applyBatch(this.#deps.db, this.#lease, after, batch);
        return this.#took(await traceProjection(batch, apply));
      } catch (error) {
        if (error instanceof LeaseLost) throw error;
        if (dataErrorCode(error) !== undefined) return this.#applySingly(after, batch, signal);
        await this.#trouble(error, attempt, signal);
        signal.throwIfAborted();
      }
    }
  }

  /** One event of the batch cannot be stored: finds it, records it as bad, and stores the others. */
  async #applySingly(after: number, batch: readonly DecodedEvent[], signal: AbortSignal): Promise<number> {
    const [only] = batch;
    if (batch.length > 1 || only === undefined) {
      let position = after;
      for (const event of batch) position = await this.#applyUntilStored(position, [event], signal);
      return position;
    }
    if (only.event === undefined) throw new Error(`Event ${only.seq} can not even be recorded as bad`);
    const { event: _, ...raw } = only;
    return this.#applyUntilStored(after, [{ ...raw, reason: 'the database refuses its content' }], signal);
  }

  #took({ appliedSeq, bad }: Applied): number {
    this.#state = { role: 'active', badEvents: this.#state.badEvents + bad };
    if (bad > 0) this.#deps.log.error({ upTo: appliedSeq, bad }, 'events recorded in bad_events and left out');
    return appliedSeq;
  }

  #announce(announcement: Announcement): void {
    const { nc, applied, streamCreated } = this.#deps;
    if (announcement.streamCreated === streamCreated) applied.advance(announcement.seq);
    if (!nc.isClosed()) nc.publish(this.#names.applied(PROJECTION), JSON.stringify(announcement));
  }

  async #trouble(error: unknown, attempt: number, signal: AbortSignal): Promise<void> {
    const trouble = error instanceof Error ? error.message : String(error);
    this.#state = { ...this.#state, trouble };
    this.#deps.log.warn({ err: error, attempt }, 'the projection tries again');
    await pause(Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt, 10)), signal);
  }

  /** Whether the position means nothing any more, so that waiting for the next event would be waiting for the wrong one. */
  async #isStreamBeyond(): Promise<boolean> {
    const { js, db, applied } = this.#deps;
    const info = await (await js.jetstreamManager(false)).streams.info(this.#names.eventsStream);
    const position = await readPosition(db);
    return position?.streamCreated !== info.created || info.state.first_seq > applied.seq + 1;
  }

  /** Prolongs the lease; ends the turn when it is lost. While the database is down the lease just runs out. */
  async #keepLease(turn: LinkedAbort): Promise<void> {
    while (!turn.signal.aborted) {
      await pause(this.#deps.leaseMs / 3, turn.signal);
      if (turn.signal.aborted) return;
      try {
        await this.#lease.renew();
        if (await this.#isStreamBeyond()) turn.abort(new LeaseLost('the stream was replaced or its events removed'));
      } catch (error) {
        if (error instanceof LeaseLost) turn.abort(error);
        else this.#deps.log.warn({ err: error }, 'could not look after the projection lease');
      }
    }
  }
}

async function* decoded(messages: AsyncIterable<JsMsg>) {
  for await (const { seq, subject, data, headers } of messages) {
    const traceparent = headers?.get('traceparent');
    yield { ...decodeEvent({ seq, subject, data }), ...(traceparent ? { traceparent } : {}) };
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
