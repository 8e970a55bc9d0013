import { createHash } from 'node:crypto';
import type { Names } from '@lanekeeper/contracts';
import {
  AckPolicy,
  type ConsumerInfo,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
} from '@nats-io/jetstream';
import { type NatsConnection, nanos } from '@nats-io/nats-core';
import { whileConnected } from './while-connected.ts';

/** A lane consumer that no one has used for this long is removed by the server, in milliseconds. */
const INACTIVE_MS = 300_000;
/** Room below the bound that is made ahead of time, so that a turn seldom waits for a consumer to be removed. */
const ROOM_AHEAD = 32;

/** How lane consumers of a workload are to be. */
export type LaneConsumersOptions = {
  nc: NatsConnection;
  jsm: JetStreamManager;
  names: Names;
  workload: string;
  /** max_ack_pending: commands of one lane in flight. */
  width: number;
  ackWaitMs: number;
  replicas: number;
  /** Most consumers that this worker keeps; the longest unused are removed to make room. */
  bound: number;
};

/** `spared`: was due for removal once while it had deliveries open, and has not been used since. */
type Kept = { uses: number; created: string; spared: boolean };

/**
 * The consumers of the lanes that this worker serves. One per lane, shared by all workers (the name derives from the
 * lane), made when a turn begins, kept for a while (lanes come back), removed when drained and beyond the bound.
 */
export class LaneConsumers {
  readonly #options: LaneConsumersOptions;
  /** Lanes by last use, the longest unused first, with their uses and the consumer's creation time. */
  readonly #lanes = new Map<string, Kept>();
  /** Removals under way. */
  readonly #removals = new Map<string, Promise<void>>();

  constructor(options: LaneConsumersOptions) {
    this.#options = options;
  }

  /** The subject that pulls from a lane's consumer. */
  pullSubject(lane: string): string {
    return `$JS.API.CONSUMER.MSG.NEXT.${this.#options.names.commandsStream}.${this.#name(lane)}`;
  }

  /**
   * Makes sure that a lane has its consumer, as far as this worker knows, and that no one evicts it in the meantime.
   * Waits for room when the bound is reached.
   */
  async open(lane: string): Promise<void> {
    await this.#removals.get(lane);
    if (!this.#lanes.has(lane)) {
      this.#lanes.set(lane, { uses: 0, created: '', spared: false }); // holds the place while room is made
      this.#touch(lane, 1);
      await this.#makeRoom();
      await this.create(lane);
    } else this.#touch(lane, 1);
  }

  /** Ends a use that {@link LaneConsumers.open} began; evicts ahead of need, on its own time. */
  close(lane: string): void {
    this.#touch(lane, -1);
    const { bound } = this.#options;
    if (this.#lanes.size > bound - Math.min(ROOM_AHEAD, bound / 2)) void this.#evictOne();
  }

  /** Creates a lane's consumer, or finds it there. In memory: it is rebuilt after a server restart. */
  async create(lane: string): Promise<ConsumerInfo> {
    const { nc, jsm, names, workload, width, ackWaitMs, replicas } = this.#options;
    const config = {
      name: this.#name(lane),
      filter_subject: names.command(workload, lane),
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(ackWaitMs),
      max_ack_pending: width,
      max_deliver: -1,
      mem_storage: true,
      num_replicas: replicas,
      inactive_threshold: nanos(INACTIVE_MS),
    };
    const info = await whileConnected(nc, () => jsm.consumers.add(names.commandsStream, config));
    this.#lanes.set(lane, { uses: 0, spared: false, ...this.#lanes.get(lane), created: info.created });
    return info;
  }

  /** Which consumer this worker believes to use for a lane: its creation time. Wrong if another one took its place. */
  believed(lane: string): string {
    return this.#lanes.get(lane)?.created ?? '';
  }

  /** Whether a lane has commands that could be delivered right now. Creates the consumer if it is gone. */
  async hasWork(lane: string): Promise<'ready' | 'blocked' | 'drained'> {
    const info = (await this.#info(lane)) ?? (await this.create(lane));
    const inFlight = info.num_ack_pending;
    if (info.num_pending > 0 && inFlight < this.#options.width) return 'ready';
    return info.num_pending + inFlight > 0 ? 'blocked' : 'drained';
  }

  /** Which consumer serves a lane now: its creation time; undefined when there is none. Asks the server. */
  async current(lane: string): Promise<string | undefined> {
    return (await this.#info(lane))?.created;
  }

  /** How many lane consumers this worker keeps. */
  get size(): number {
    return this.#lanes.size;
  }

  #touch(lane: string, change: 1 | -1): void {
    const known = this.#lanes.get(lane);
    if (!known) return;
    this.#lanes.delete(lane);
    this.#lanes.set(lane, { ...known, uses: Math.max(0, known.uses + change), spared: false });
  }

  /** Removes consumers until the bound holds; those in use do not count against anyone. */
  async #makeRoom(): Promise<void> {
    while (this.#lanes.size + this.#removals.size > this.#options.bound) {
      const removed = this.#evictOne() ?? this.#removals.values().next().value;
      if (!removed) return; // all are in use
      await removed;
    }
  }

  /** Removes the longest unused consumer; undefined when all are in use. */
  #evictOne(): Promise<void> | undefined {
    for (const [lane, kept] of this.#lanes) {
      if (kept.uses > 0) continue;
      this.#lanes.delete(lane);
      const removal = this.#evict(lane, kept).finally(() => this.#removals.delete(lane));
      this.#removals.set(lane, removal);
      return removal;
    }
    return undefined;
  }

  /**
   * Removes a consumer, also one with commands left: the lane's next turn makes a new one. While it has deliveries open
   * (a retry that waits, or another worker that is at it) it is spared once, because a new one cannot prove that a
   * holder has died, and taking over takes an ack wait longer (decide-claim.ts).
   */
  async #evict(lane: string, kept: Kept): Promise<void> {
    try {
      const info = await this.#info(lane);
      if (!info) return;
      if (info.num_ack_pending > 0 && !kept.spared) this.#lanes.set(lane, { ...kept, spared: true });
      else await this.#remove(lane);
    } catch {
      // It could not be removed now: it goes away by itself after a while of inactivity.
    }
  }

  async #info(lane: string): Promise<ConsumerInfo | undefined> {
    const { nc, jsm, names } = this.#options;
    return await unlessMissing(whileConnected(nc, () => jsm.consumers.info(names.commandsStream, this.#name(lane))));
  }

  async #remove(lane: string): Promise<void> {
    const { jsm, names } = this.#options;
    await unlessMissing(jsm.consumers.delete(names.commandsStream, this.#name(lane)));
  }

  #name(lane: string): string {
    const { names, workload } = this.#options;
    const digest = createHash('sha256').update(lane).digest('hex').slice(0, 32);
    return names.laneConsumer(workload, digest);
  }
}

async function unlessMissing<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.ConsumerNotFound) return undefined;
    throw error;
  }
}
