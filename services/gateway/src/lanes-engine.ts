import { setTimeout as delay } from 'node:timers/promises';
import type { ProblemCode } from '@lanekeeper/contracts';
import { type Lanes, LanesError, type LanesErrorCode, openLanes } from '@lanekeeper/lanes';
import { type Logger, problem } from '@lanekeeper/service-kit';
import type { NatsConnection } from '@nats-io/nats-core';
import type { Engine } from './engine.ts';

/** How to reach NATS and which namespace to use. `connect` may wait for the server as long as it takes. */
export type LanesEngineOptions = {
  connect: () => Promise<NatsConnection>;
  prefix: string;
  replicas: number;
  log: Logger;
};

/** Time between tries to open the lanes, in milliseconds. */
const RETRY_MS = 1_000;
/** How long a submit waits for a lost connection to come back, in milliseconds. */
const OUTAGE_MS = 5_000;
/** Longest wait for NATS in a readiness check, in milliseconds. */
const PATIENCE_MS = 1_000;

/** An engine with a connection of its own to let go of. */
export type LanesEngine = Engine & { close: () => Promise<void> };

/**
 * The engine over NATS. Opens in the background, so that the gateway listens and says what is missing while NATS is
 * away; until then, and whenever NATS is away, submits fail as NOT_READY.
 */
export function lanesEngine(options: LanesEngineOptions): LanesEngine {
  const closing = new AbortController();
  let nc: NatsConnection | undefined;
  let lanes: Lanes | undefined;
  let connected = false;
  const open = async () => {
    nc = await options.connect();
    if (closing.signal.aborted) return nc.close();
    connected = true;
    void followConnection(nc, (now) => {
      connected = now;
    });
    lanes = await untilOpen(nc, options, closing.signal);
  };
  open().catch((err: unknown) => {
    if (!closing.signal.aborted) options.log.error({ err }, 'the lanes could not be opened');
  });
  const ask = async <T>(act: (lanes: Lanes) => Promise<T>): Promise<T> => {
    if (!lanes) throw notReady(new Error('the lanes are not open yet'));
    try {
      return await unlessAway(act(lanes), () => connected);
    } catch (error) {
      throw translate(error);
    }
  };
  return {
    submit: (jobs, { idempotency }) => ask((open) => open.submit(jobs, idempotency ? { idempotency } : {})),
    cancel: (...args) => ask((open) => open.cancel(...args)),
    cancelWhere: (...args) => ask((open) => open.cancelWhere(...args)),
    retry: (...args) => ask((open) => open.retry(...args)),
    resolve: (...args) => ask((open) => open.resolve(...args)),
    listLanes: (...args) => ask((open) => open.listLanes(...args)),
    pause: (...args) => ask((open) => open.pause(...args)),
    resume: (...args) => ask((open) => open.resume(...args)),
    async pingWorkers(workload) {
      if (!lanes) throw notReady(new Error('the lanes are not open yet'));
      return await lanes.pingWorkers(workload);
    },
    async missing() {
      if (!nc || !lanes) return 'not connected yet';
      if (!connected) return 'the connection is lost';
      const answered = nc.rtt().then(
        () => undefined,
        (error: unknown) => String(error),
      );
      return await Promise.race([answered, delay(PATIENCE_MS, 'no answer', { ref: false })]);
    },
    async close() {
      closing.abort();
      await nc?.drain();
    },
  };
}

async function followConnection(nc: NatsConnection, tell: (connected: boolean) => void): Promise<void> {
  for await (const { type } of nc.status()) {
    if (type === 'disconnect') tell(false);
    else if (type === 'reconnect') tell(true);
  }
}

/** The outcome of a submit, however long it takes while NATS is there; a connection that is lost gets a few seconds. */
async function unlessAway<T>(outcome: Promise<T>, connected: () => boolean): Promise<T> {
  const waited = new AbortController();
  const settled = outcome.then(
    () => true,
    () => true,
  );
  const late = delay(OUTAGE_MS, false, { signal: waited.signal }).catch(() => false);
  const inTime = await Promise.race([settled, late]);
  waited.abort();
  if (!inTime && !connected()) throw notReady(new Error('the connection to NATS is lost'));
  return await outcome;
}

async function untilOpen(nc: NatsConnection, options: LanesEngineOptions, signal: AbortSignal): Promise<Lanes> {
  const { prefix, replicas, log } = options;
  for (;;) {
    try {
      const onHealable = (err: unknown) => log.warn({ err }, 'a turn is left to the sweep');
      return await openLanes({ nc, prefix, replicas, onHealable });
    } catch (err) {
      log.warn({ err }, 'the lanes cannot be opened yet');
      await delay(RETRY_MS, undefined, { signal });
    }
  }
}

function translate(error: unknown): unknown {
  if (!(error instanceof LanesError)) return error;
  if (error.code === 'UNAVAILABLE') return notReady(error);
  if (error.code === 'IDEMPOTENCY_KEY_REUSED') {
    const detail = 'This Idempotency-Key came with another request in the last 24 hours; use a new key for new work.';
    return problem('IDEMPOTENCY_KEY_REUSED', detail, { cause: error });
  }
  if (error.code === 'COMMAND_TOO_LARGE') {
    return problem('BODY_TOO_LARGE', 'The data of one of the jobs is too large to be stored.', { cause: error });
  }
  const state = stateProblems[error.code];
  return state ? problem(state, `${sentence(error.message)}`, { cause: error }) : error;
}

/** What the state of a job does not allow. */
const stateProblems: Readonly<Partial<Record<LanesErrorCode, ProblemCode>>> = {
  UNKNOWN_JOB: 'NOT_FOUND',
  RUNNING: 'JOB_RUNNING',
  OVER: 'JOB_OVER',
  NOT_OVER: 'JOB_NOT_OVER',
  NOT_UNCERTAIN: 'JOB_NOT_UNCERTAIN',
  NOT_REPEATABLE: 'JOB_NOT_REPEATABLE',
};

function sentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
}

function notReady(cause: unknown): Error {
  const detail = 'Work cannot be accepted just now; try again shortly, with the same Idempotency-Key if you sent one.';
  return problem('NOT_READY', detail, { headers: { 'retry-after': '5' }, cause });
}
