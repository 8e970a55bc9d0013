import { AckPolicy, type ConsumerInfo, JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';
import { nanos } from '@nats-io/nats-core';
import type { Lanes } from './open-lanes.ts';
import { whileConnected } from './while-connected.ts';

/** How the consumer of a workload's turns is to be. */
export type TurnsConsumerOptions = {
  lanes: Pick<Lanes, 'jsm' | 'names' | 'nc' | 'replicas'>;
  workload: string;
  /** max_ack_pending: the fleet limit. */
  fleetLimit: () => Promise<number>;
  ackWaitMs: number;
  /** Hears of faults that the next try may heal. */
  onFault: (error: unknown) => void;
};

/**
 * The consumer that hands a workload's turns to all its workers. It is held in the server's memory: whatever the server
 * forgets of it, it forgets as a whole, so its creation time tells whether deliveries were counted without a break
 * (ADR 0010). After a restart of the server the first worker that misses it makes it anew; turns that are being served
 * are the oldest in their stream, so they are delivered first, and count towards the fleet limit again.
 */
export class TurnsConsumer {
  readonly #options: TurnsConsumerOptions;
  #believed = '';
  #making: Promise<void> | undefined;

  constructor(options: TurnsConsumerOptions) {
    this.#options = options;
  }

  /** The subject that pulls turns. */
  get pullSubject(): string {
    return `$JS.API.CONSUMER.MSG.NEXT.${this.#options.lanes.names.turnsStream}.${this.#name}`;
  }

  /**
   * Which consumer this worker believes there is: its creation time. A turn that is asked for from now on is delivered
   * by this consumer or a later one.
   */
  get believed(): string {
    return this.#believed;
  }

  /** Makes the consumer, or finds it there and gives it the fleet limit. @throws the server's error. */
  ensure(): Promise<void> {
    this.#making ??= this.#make().finally(() => {
      this.#making = undefined;
    });
    return this.#making;
  }

  /** To be called when it was found missing: it is made anew. */
  miss(): void {
    this.ensure().catch(this.#options.onFault);
  }

  async #make(): Promise<void> {
    const { lanes, workload, fleetLimit, ackWaitMs } = this.#options;
    const { jsm, names, nc, replicas } = lanes;
    const config = {
      durable_name: this.#name,
      filter_subject: names.turnsOf(workload),
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(ackWaitMs),
      max_ack_pending: await fleetLimit(),
      max_deliver: -1,
      mem_storage: true,
      num_replicas: replicas,
    };
    const info = await whileConnected(nc, () => jsm.consumers.add(names.turnsStream, config));
    this.#believed = info.created;
  }

  /** Which consumer there is now: its creation time; undefined when there is none. Asks the server. */
  async current(): Promise<string | undefined> {
    return (await this.#info())?.created;
  }

  /**
   * Whether other lanes may be waiting for the slot that a turn has: turns that were not delivered yet, or, unless this
   * worker has `free` slots to take it, one that another worker has left behind. `held`: turns that this worker serves.
   */
  async othersWait({ held, free }: { held: number; free: number }): Promise<boolean> {
    const info = await this.#info();
    if (!info) return true;
    return info.num_pending > 0 || (free <= 0 && info.num_ack_pending > held);
  }

  async #info(): Promise<ConsumerInfo | undefined> {
    const { jsm, names, nc } = this.#options.lanes;
    try {
      return await whileConnected(nc, () => jsm.consumers.info(names.turnsStream, this.#name));
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.ConsumerNotFound) return undefined;
      throw error;
    }
  }

  get #name(): string {
    return this.#options.lanes.names.turnsConsumer(this.#options.workload);
  }
}
