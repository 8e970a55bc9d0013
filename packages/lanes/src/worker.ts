import { AckPolicy } from '@nats-io/jetstream';
import { type Msg, nanos, nuid } from '@nats-io/nats-core';
import { answerAsHolder } from './ask-holder.ts';
import { LaneConsumers } from './lane-consumers.ts';
import type { Lanes } from './open-lanes.ts';
import { pause } from './pause.ts';
import { PausedLanes } from './paused-lanes.ts';
import { answerPings } from './ping.ts';
import { Puller } from './puller.ts';
import { serveTurn } from './serve-turn.ts';
import { sweep } from './sweep.ts';
import { offerTurns } from './turns.ts';
import type { EngineLog, Handler, WorkloadDefinition } from './types.ts';
import type { EngineTimes, WorkerContext } from './worker-context.ts';

/** The engine's times unless told otherwise. */
export const DEFAULT_TIMES: Readonly<EngineTimes> = Object.freeze({
  ackWaitMs: 30_000,
  turnSliceMs: 250,
  sweepMs: 5_000,
  abortGraceMs: 10_000,
});

/** A request for a turn stands for one part in so many of the ack wait: a lease counts from when it was asked for. */
const TURN_PULL_SHARE = 3;
/** How much later than that a request for a turn counts as unanswered, in milliseconds. */
const TURN_PULL_MARGIN_MS = 500;
/** Pause after a fault of the connection before the next request for a turn, in milliseconds. */
const FAULT_PAUSE_MS = 500;
/** Sweeps take at most one part in so many of a worker's time. */
const SWEEP_SHARE = 20;
/** Lane consumers that one worker keeps at most. The server refuses a stream's 1,001st consumer by default. */
const MAX_LANE_CONSUMERS = 256;

/** What a worker serves and how. */
export type WorkerOptions<Data> = {
  lanes: Lanes;
  workload: WorkloadDefinition<Data>;
  handle: Handler<Data>;
  log: EngineLog;
  /** Commands that this process runs at once; default the fleet limit. */
  slots?: number;
  times?: Partial<EngineTimes>;
  /** What the service adds to the worker's answer to a ping. */
  info?: () => Record<string, unknown>;
  /** Called when a handler ignores its abort signal for `abortGraceMs`: the process must end, and a new one go on. */
  onStuck?: (jobId: string) => void;
};

/** A running worker. */
export type Worker = {
  readonly workerId: string;
  /** Commands that run right now. */
  busy: () => number;
  /**
   * Stops: takes no more turns, waits up to `deadlineMs` for what runs, hands the rest back. Idempotent.
   */
  stop: (deadlineMs: number) => Promise<void>;
};

/** Starts to serve a workload: takes turns, runs commands, passes turns on, and sweeps for lanes without a turn. */
export async function startWorker<Data>(options: WorkerOptions<Data>): Promise<Worker> {
  const { lanes, workload, log } = options;
  const slots = options.slots ?? workload.limits.fleetLimit;
  const draining = new AbortController();
  const handBack = new AbortController();
  const context = createContext(options, draining.signal, handBack.signal);
  await ensureTurnsConsumer(context);
  const { nc, names } = lanes;
  const subscriptions = [
    answerPings(nc, names.workerPing(workload.name), () => ({
      workerId: context.workerId,
      workload: workload.name,
      slots,
      busy: context.holding.size,
      info: options.info?.() ?? {},
    })),
    ...answerAsHolder(nc, names, context),
    context.paused.follow(),
  ];
  await context.paused.refresh();
  const sweeping = runSweeps(context);
  const pullers = Array.from(
    { length: slots },
    () => new Puller(nc, (turn, askedAt) => handBackTurn(context, turn, askedAt)),
  );
  const running = pullers.map((puller) => runSlot(context, puller));
  void renewPulls(context, pullers);
  log.info({ workerId: context.workerId, workload: workload.name, slots }, 'worker started');
  const stop = async (deadlineMs: number) => {
    draining.abort();
    for (const puller of pullers) puller.cancel();
    const deadline = setTimeout(() => handBack.abort(), deadlineMs);
    await Promise.all([...running, sweeping]);
    clearTimeout(deadline);
    for (const subscription of subscriptions) if (!nc.isClosed()) subscription.unsubscribe();
  };
  let stopped: Promise<void> | undefined;
  return {
    workerId: context.workerId,
    busy: () => context.holding.size,
    stop: (deadlineMs) => {
      stopped ??= stop(deadlineMs);
      return stopped;
    },
  };
}

function createContext<Data>(
  options: WorkerOptions<Data>,
  draining: AbortSignal,
  handBack: AbortSignal,
): WorkerContext {
  const { lanes, workload, log } = options;
  const times = { ...DEFAULT_TIMES, ...options.times };
  const { jsm, names, nc, replicas } = lanes;
  const offerLater = (lane: string, slot: number, delayMs: number) => {
    const timer = setTimeout(() => {
      draining.removeEventListener('abort', cancel);
      offerTurns(nc, names, [{ workload: workload.name, lane, slot }]).catch((err: unknown) => {
        log.warn({ err, lane }, 'could not offer a turn; the sweep will');
      });
    }, delayMs);
    const cancel = () => clearTimeout(timer);
    draining.addEventListener('abort', cancel, { once: true });
  };
  return {
    lanes,
    workload,
    handle: options.handle as Handler,
    workerId: nuid.next(),
    log,
    times,
    consumers: new LaneConsumers({
      nc,
      jsm,
      names,
      workload: workload.name,
      width: workload.limits.width,
      ackWaitMs: times.ackWaitMs,
      replicas,
      bound: MAX_LANE_CONSUMERS,
    }),
    holding: new Map(),
    waiting: new Map(),
    paused: new PausedLanes(lanes, workload.name, (lane) => {
      for (let slot = 0; slot < workload.limits.width; slot++) offerLater(lane, slot, 0);
    }),
    draining,
    handBack,
    offerLater,
    onStuck: options.onStuck ?? ((jobId) => log.error({ jobId }, 'a handler ignores its abort signal')),
  };
}

async function ensureTurnsConsumer({ lanes, workload, times }: WorkerContext): Promise<void> {
  const { jsm, names, replicas } = lanes;
  await jsm.consumers.add(names.turnsStream, {
    durable_name: names.turnsConsumer(workload.name),
    filter_subject: names.turnsOf(workload.name),
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(times.ackWaitMs),
    max_ack_pending: workload.limits.fleetLimit,
    max_deliver: -1,
    num_replicas: replicas,
  });
}

/** Takes turns one after the other until the worker drains. */
async function runSlot(context: WorkerContext, puller: Puller): Promise<void> {
  const { lanes, log, workload, draining, times } = context;
  const expiresMs = times.ackWaitMs / TURN_PULL_SHARE;
  const subject = `$JS.API.CONSUMER.MSG.NEXT.${lanes.names.turnsStream}.${lanes.names.turnsConsumer(workload.name)}`;
  try {
    while (!draining.aborted && !lanes.nc.isClosed()) {
      const pulled = await puller.pull({ subject, expiresMs, waitMs: expiresMs + TURN_PULL_MARGIN_MS });
      if (pulled.type === 'no-consumer') await recreateTurnsConsumer(context);
      if (pulled.type !== 'delivery') continue;
      if (draining.aborted) handBackTurn(context, pulled.message, pulled.askedAt);
      else await serveTurn(context, pulled.message, pulled.askedAt);
    }
  } catch (err) {
    log.error({ err }, 'a worker slot ended');
  } finally {
    await puller.drain();
  }
}

/** The consumer of turns is durable; should someone have removed it, it is made anew. */
async function recreateTurnsConsumer(context: WorkerContext): Promise<void> {
  await pause(FAULT_PAUSE_MS, context.draining);
  try {
    await ensureTurnsConsumer(context);
  } catch (err) {
    context.log.warn({ err }, 'no turns can be had: their consumer is missing');
  }
}

/** Gives a turn back that came too late to be served, if it is surely still this worker's. */
function handBackTurn({ times }: WorkerContext, turn: Msg, askedAt: number): void {
  if (performance.now() - askedAt < times.ackWaitMs) turn.respond('-NAK');
}

/** Sweeps at the start and then every so often, with jitter, so that workers take turns at it. */
async function runSweeps(context: WorkerContext): Promise<void> {
  const { draining, log, times } = context;
  while (!draining.aborted) {
    const startedAt = performance.now();
    try {
      await context.paused.refresh();
      const offered = await sweep(context);
      if (offered > 0) log.info({ offered }, 'the sweep gave lanes the turns they were missing');
    } catch (err) {
      log.warn({ err }, 'a sweep failed; the next one follows');
    }
    const took = performance.now() - startedAt;
    await pause(Math.max(times.sweepMs, took * SWEEP_SHARE) * (0.75 + Math.random() / 2), draining);
  }
}

/** After a reconnect the server has forgotten the requests for turns, and pauses may have been missed. */
async function renewPulls(context: WorkerContext, pullers: readonly Puller[]): Promise<void> {
  for await (const status of context.lanes.nc.status()) {
    if (context.draining.aborted) return;
    if (status.type !== 'reconnect') continue;
    for (const puller of pullers) puller.cancel();
    // A failure is made good by the next sweep.
    void context.paused.refresh().catch((err: unknown) => context.log.warn({ err }, 'pauses could not be read'));
  }
}
