import type { JobEvent, WorkloadLimits } from '@lanekeeper/contracts';
import { nuid } from '@nats-io/nats-core';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import {
  type EngineLog,
  type EngineTimes,
  type Handler,
  type Lanes,
  type NewJob,
  openLanes,
  startWorker,
  type Worker,
} from '../src/mod.ts';

/** The workload of these tests. */
export const WORKLOAD = 'probe';

/** Limits of the probe workload unless a test says otherwise. */
export const limits = { width: 1, fleetLimit: 4, timeoutMs: 10_000, attempts: 3, backoffMs: 100 };

const silent: EngineLog = { debug() {}, info() {}, warn() {}, error() {} };

/** Lanes in a namespace of their own, and workers on them; all released by {@link Fixture.close}. */
export class Fixture {
  readonly lanes: Lanes;
  readonly #connections: NatsConnection[];
  readonly #url: string;
  readonly #workers: Worker[] = [];

  private constructor(lanes: Lanes, url: string) {
    this.lanes = lanes;
    this.#url = url;
    this.#connections = [lanes.nc];
  }

  static async open(url: string, prefix = `t${nuid.next()}_`): Promise<Fixture> {
    return new Fixture(await openLanes({ nc: await connectTo(url), prefix }), url);
  }

  /** The namespace. */
  get prefix(): string {
    return this.lanes.names.commandsStream.slice(0, -'COMMANDS'.length);
  }

  /** Starts a worker on a connection of its own, as another process would have. */
  async worker(
    handle: Handler<{ n: number }>,
    options: { limits?: Partial<WorkloadLimits>; times?: Partial<EngineTimes>; slots?: number; log?: EngineLog } = {},
  ): Promise<Worker> {
    const nc = await connectTo(this.#url);
    this.#connections.push(nc);
    const worker = await startWorker<{ n: number }>({
      lanes: await openLanes({ nc, prefix: this.prefix }),
      workload: {
        name: WORKLOAD,
        limits: { ...limits, ...options.limits },
        check: (data) => (typeof (data as { n?: unknown })?.n === 'number' ? [] : ['/n must be a number']),
      },
      handle,
      log: options.log ?? silent,
      times: { ackWaitMs: 2_000, turnSliceMs: 50, sweepMs: 1_000, abortGraceMs: 2_000, ...options.times },
      ...(options.slots === undefined ? {} : { slots: options.slots }),
    });
    this.#workers.push(worker);
    return worker;
  }

  /** Submits `count` commands to a lane, numbered from `from`, and returns their job ids. */
  async submit(lane: string, count: number, from = 0, width = limits.width): Promise<string[]> {
    const jobs: NewJob[] = Array.from({ length: count }, (_, index) => ({
      workload: WORKLOAD,
      width,
      lane,
      data: { n: from + index },
      tenant: 'test',
    }));
    return (await this.lanes.submit(jobs)).jobs.map(({ jobId }) => jobId);
  }

  /** All events of a job so far, in order. */
  async eventsOf(lane: string, jobId: string): Promise<JobEvent[]> {
    const { jsm, names } = this.lanes;
    const events: JobEvent[] = [];
    const filter = names.event(WORKLOAD, lane, jobId);
    let seq = 1;
    for (;;) {
      const message = await jsm.direct.getMessage(names.eventsStream, { next_by_subj: filter, seq });
      if (!message) return events;
      events.push(message.json<JobEvent>());
      seq = message.seq + 1;
    }
  }

  /** Waits until a job has an event of this type. */
  async until(lane: string, jobId: string, type: JobEvent['type']): Promise<JobEvent> {
    for (;;) {
      const found = (await this.eventsOf(lane, jobId)).find((event) => event.type === type);
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** How many messages each stream of the engine still holds. */
  async left(): Promise<{ commands: number; turns: number }> {
    const { jsm, names } = this.lanes;
    const [commands, turns] = await Promise.all([
      jsm.streams.info(names.commandsStream),
      jsm.streams.info(names.turnsStream),
    ]);
    return { commands: commands.state.messages, turns: turns.state.messages };
  }

  /** Stops the workers and removes the namespace. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop(0)));
    const { jsm, names } = this.lanes;
    for (const stream of [names.commandsStream, names.turnsStream, names.eventsStream]) {
      await jsm.streams.delete(stream);
    }
    await jsm.streams.delete(names.lanesBucketStream);
    await jsm.streams.delete(`KV_${names.idempotencyBucket}`);
    await Promise.all(this.#connections.map((nc) => nc.close()));
  }
}

function connectTo(url: string): Promise<NatsConnection> {
  return connect({ servers: new URL(url).host, ...login(url), maxReconnectAttempts: -1, reconnectTimeWait: 100 });
}

function login(url: string): { user?: string; pass?: string } {
  const { username, password } = new URL(url);
  return username === '' ? {} : { user: username, pass: password };
}
