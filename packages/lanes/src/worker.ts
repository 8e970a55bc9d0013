import { type Msg, nuid } from '@nats-io/nats-core';
import { answerAsHolder } from './ask-holder.ts';
import { readFleetLimit } from './fleet-limit.ts';
import type { Lanes } from './open-lanes.ts';
import { pause } from './pause.ts';
import { PausedLanes } from './paused-lanes.ts';
import { answerPings } from './ping.ts';
import { Puller } from './puller.ts';
import { ReadAhead } from './read-ahead.ts';
import { serveTurn } from './serve-turn.ts';
import { sweep } from './sweep.ts';
import type { TakenTurn } from './taken-turn.ts';
import { offerTurns } from './turns.ts';
import { TurnsConsumer } from './turns-consumer.ts';
import type { EngineLog, Handler, WorkloadDefinition } from './types.ts';
import type { EngineTimes, WorkerContext } from './worker-context.ts';

/** The engine's times unless told otherwise. */
export const DEFAULT_TIMES: Readonly<EngineTimes> = Object.freeze({
  ackWaitMs: 30_000,
  turnSliceMs: 20,
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
  const draining = new AbortController();
  const handBack = new AbortController();
  const { context, finishLater } = createContext(options, draining.signal, handBack.signal);
  const { slots, turnsConsumer } = context;
  await turnsConsumer.ensure();
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
    await finishLater();
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
): { context: WorkerContext; finishLater: () => Promise<void> } {
  const { lanes, workload, log } = options;
  const times = { ...DEFAULT_TIMES, ...options.times };
  const offerLater = laterOffers(options, draining);
  const { later, finish } = postponedWork(log);
  const onFault = (err: unknown) => log.warn({ err }, 'no turns can be had: their consumer is missing');
  const context = {
    lanes,
    workload,
    handle: options.handle as Handler,
    workerId: nuid.next(),
    log,
    times,
    slots: options.slots ?? workload.limits.fleetLimit,
    turnsConsumer: new TurnsConsumer({
      lanes,
      workload: workload.name,
      fleetLimit: async () => (await readFleetLimit(lanes, workload.name)) ?? workload.limits.fleetLimit,
      ackWaitMs: times.ackWaitMs,
      onFault,
    }),
    turns: new Set<TakenTurn>(),
    readAhead: new ReadAhead(),
    holding: new Map(),
    waiting: new Map(),
    urgentLanes: new Set<string>(),
    paused: new PausedLanes(lanes, workload.name, (lane) => {
      for (let slot = 0; slot < workload.limits.width; slot++) offerLater(lane, slot, 0);
    }),
    draining,
    handBack,
    offerLater,
    later,
    onStuck: options.onStuck ?? ((jobId: string) => log.error({ jobId }, 'a handler ignores its abort signal')),
  };
  return { context, finishLater: finish };
}

/** Offers of turns after a while, which a worker that stops forgets. */
function laterOffers<Data>({ lanes, workload, log }: WorkerOptions<Data>, draining: AbortSignal) {
  const { nc, names } = lanes;
  return (lane: string, slot: number, delayMs: number) => {
    const timer = setTimeout(() => {
      draining.removeEventListener('abort', cancel);
      offerTurns(nc, names, [{ workload: workload.name, lane, slot }]).catch((err: unknown) => {
        log.warn({ err, lane }, 'could not offer a turn; the sweep will');
      });
    }, delayMs);
    const cancel = () => clearTimeout(timer);
    draining.addEventListener('abort', cancel, { once: true });
  };
}

/** Work that no one waits for until the end. */
function postponedWork(log: EngineLog) {
  const underWay = new Set<Promise<void>>();
  const later = (work: Promise<unknown>) => {
    const done = work.then(
      () => undefined,
      (err: unknown) => log.warn({ err }, 'something was left undone; the next sweep or turn makes up for it'),
    );
    underWay.add(done);
    void done.finally(() => underWay.delete(done));
  };
  const finish = async () => void (await Promise.all(underWay));
  return { later, finish };
}

/** Takes turns one after the other until the worker drains. */
async function runSlot(context: WorkerContext, puller: Puller): Promise<void> {
  const { lanes, log, draining, times, turnsConsumer } = context;
  const expiresMs = times.ackWaitMs / TURN_PULL_SHARE;
  const pull = { subject: turnsConsumer.pullSubject, expiresMs, waitMs: expiresMs + TURN_PULL_MARGIN_MS };
  try {
    while (!draining.aborted && !lanes.nc.isClosed()) {
      const consumer = turnsConsumer.believed;
      const pulled = await puller.pull(pull);
      if (pulled.type === 'no-consumer') await recreateTurnsConsumer(context);
      if (pulled.type !== 'delivery') continue;
      const { message, askedAt } = pulled;
      if (draining.aborted) handBackTurn(context, message, askedAt);
      else await serveTurn(context, message, { askedAt, consumer });
    }
  } catch (err) {
    log.error({ err }, 'a worker slot ended');
  } finally {
    await puller.drain();
  }
}

/** A restarted server has forgotten the consumer of turns; it is made anew. */
async function recreateTurnsConsumer(context: WorkerContext): Promise<void> {
  try {
    await context.turnsConsumer.ensure();
  } catch (err) {
    context.log.warn({ err }, 'no turns can be had: their consumer is missing');
    await pause(FAULT_PAUSE_MS, context.draining);
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

/** After a reconnect the server has forgotten requests for turns, perhaps also their consumer; pauses may have been missed. */
async function renewPulls(context: WorkerContext, pullers: readonly Puller[]): Promise<void> {
  for await (const status of context.lanes.nc.status()) {
    if (context.draining.aborted) return;
    if (status.type !== 'reconnect') continue;
    context.turnsConsumer.miss(); // turns that are being served need it as well, for their heartbeats
    for (const puller of pullers) puller.cancel();
    // A failure is made good by the next sweep.
    void context.paused.refresh().catch((err: unknown) => context.log.warn({ err }, 'pauses could not be read'));
  }
}
