import { EventEmitter, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { names } from '@lanekeeper/contracts';
import type { Logger } from '@lanekeeper/service-kit';
import type { JetStreamClient } from '@nats-io/jetstream';
import type { AppliedPosition } from '../projection/applied-position.ts';
import { type DecodedEvent, decodeEvent } from '../projection/decode-event.ts';
import { followEvents } from '../projection/follow-events.ts';
import { inBatches } from '../projection/in-batches.ts';
import { RecentEvents } from './recent-events.ts';
import type { TenantDirectory } from './tenant-directory.ts';
import { toRecent } from './to-recent.ts';

/** What the live events need. */
export type LiveDeps = {
  js: JetStreamClient;
  log: Logger;
  prefix: string;
  applied: AppliedPosition;
  directory: TenantDirectory;
};

/** Events kept for streams that resume or lag; read ahead of the start, so that reconnects after a restart find them. */
const KEPT = { maxEvents: 5_000, maxChars: 32 * 1024 * 1024 };
const PRELOADED = 2_000;
const BATCH = { items: 250, bytes: 4 * 1024 * 1024, sizeOf: ({ data }: DecodedEvent) => data.byteLength };
const LOOKUP_RETRY_MS = 250;

/**
 * The live end of EVENTS, read once per process for all its streams. An event is released when the projection covers it,
 * so that who sees it here never reads an older state.
 */
export class LiveEvents {
  readonly #deps: LiveDeps;
  readonly #released = new EventEmitter().setMaxListeners(0);
  readonly #recent: RecentEvents;
  #position: number;
  readonly #preloadFrom: number;
  readonly #lastAtStart: number;

  /** `firstSeq` and `lastSeq` of the stream as it is now. */
  constructor(deps: LiveDeps, { firstSeq, lastSeq }: { firstSeq: number; lastSeq: number }) {
    this.#deps = deps;
    this.#preloadFrom = Math.max(1, firstSeq, lastSeq - PRELOADED + 1);
    this.#lastAtStart = lastSeq;
    this.#position = this.#preloadFrom - 1;
    this.#recent = new RecentEvents(this.#position, KEPT);
  }

  /** Everything up to this sequence is released. */
  get position(): number {
    return this.#position;
  }

  /** Where a stream begins that wants only what is new: never among the events read ahead of the start. */
  get now(): number {
    return Math.max(this.#position, this.#lastAtStart);
  }

  /** The newest released events; {@link RecentEvents.after} gives those that follow a sequence. */
  get recent(): RecentEvents {
    return this.#recent;
  }

  /** Resolves when something was released after `seq`. @throws the signal's reason when it is aborted first. */
  async changed(seq: number, signal: AbortSignal): Promise<void> {
    while (this.#position <= seq) {
      signal.throwIfAborted();
      await once(this.#released, 'released', { signal }).catch(() => signal.throwIfAborted());
    }
  }

  /** Reads and releases until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const { js, log, prefix } = this.#deps;
    const { eventsStream: stream } = names(prefix);
    const onTrouble = (err: unknown) => log.warn({ err }, 'reading live events again');
    const messages = followEvents(js, { stream, from: this.#preloadFrom, name: 'live', signal, onTrouble });
    try {
      for await (const batch of inBatches(decoded(messages), BATCH)) await this.#release(batch, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** Releases a batch as far as the projection has come, and the rest as it comes along. */
  async #release(batch: readonly DecodedEvent[], signal: AbortSignal): Promise<void> {
    let waiting = batch;
    while (waiting[0] !== undefined) {
      await this.#deps.applied.reached(waiting[0].seq, signal);
      const upTo = this.#deps.applied.seq;
      const beyond = waiting.findIndex(({ seq }) => seq > upTo);
      const ready = beyond === -1 ? waiting : waiting.slice(0, beyond);
      waiting = waiting.slice(ready.length);
      const events = await this.#prepared(ready, signal);
      this.#recent.push(events);
      this.#position = events.at(-1)?.seq ?? this.#position;
      this.#released.emit('released');
    }
  }

  async #prepared(ready: readonly DecodedEvent[], signal: AbortSignal) {
    for (;;) {
      try {
        return await toRecent(ready, this.#deps.directory);
      } catch (err) {
        this.#deps.log.warn({ err }, 'could not look up tenants; trying again');
        await delay(LOOKUP_RETRY_MS, undefined, { signal });
      }
    }
  }
}

async function* decoded(messages: AsyncIterable<{ seq: number; subject: string; data: Uint8Array }>) {
  for await (const { seq, subject, data } of messages) yield decodeEvent({ seq, subject, data });
}
