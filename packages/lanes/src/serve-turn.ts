import { parseSubject } from '@lanekeeper/contracts';
import type { Msg } from '@nats-io/nats-core';
import { dropTurn } from './drop-turn.ts';
import { untilHeadIsDue } from './head-of-lane.ts';
import { Lease } from './lease.ts';
import { pause } from './pause.ts';
import { type Pulled, Puller } from './puller.ts';
import { type Served, serveCommand } from './serve-command.ts';
import { acknowledge } from './settle.ts';
import { offerTurns } from './turns.ts';
import { whileConnected } from './while-connected.ts';
import type { WorkerContext } from './worker-context.ts';

/** How long the first pull of a turn waits for a command: a lane that is blocked does not answer earlier. */
const FIRST_PULL_MS = 5;
/** How long a pull may go unanswered, in milliseconds. */
const PULL_TIMEOUT_MS = 2_000;
/** Pause before a turn that was cut short by a fault is handed back, in milliseconds. */
const FAULT_PAUSE_MS = 500;

/**
 * Serves one turn: runs the lane's commands one after the other up to the time slice, then passes the turn on.
 * `askedAt` is `performance.now()` when the turn was asked for.
 * Never throws: when NATS is not reachable, or the lease is lost, the turn is delivered again, here or elsewhere.
 */
export async function serveTurn(context: WorkerContext, turn: Msg, askedAt: number): Promise<void> {
  const parts = parseSubject(turn.subject);
  const slot = Number(parts?.tail);
  if (!parts || !Number.isInteger(slot)) {
    context.log.error({ subject: turn.subject }, 'a turn is not valid');
    await acknowledge(context.lanes, turn);
    return;
  }
  if (context.paused.has(parts.lane)) return dropTurn(context, turn, askedAt, { lane: parts.lane, slot });
  const { ackWaitMs } = context.times;
  const lease = new Lease({ nc: context.lanes.nc, turn: turn.reply ?? '', ackWaitMs, since: askedAt });
  try {
    await context.consumers.open(parts.lane);
    const lastServed = await serveLane(context, lease, parts.lane, slot);
    const elsewhere =
      lastServed === 'left' || (lastServed === 'nothing' && (await isHeldElsewhere(context, parts.lane)));
    // Without a lease the turn may be someone else's by now, and an acknowledgement would end theirs. When another worker
    // is at the lane the turn is really that worker's (the server forgot so): left to run out, it goes on counting.
    if (lease.valid && !elsewhere) await passTurn(context, turn, parts.lane, slot, lastServed);
  } catch (err) {
    context.log.error({ err, lane: parts.lane }, 'a turn was cut short; it is handed back');
    await pause(FAULT_PAUSE_MS, context.draining);
    if (lease.valid) turn.respond('-NAK');
  } finally {
    lease.close();
    context.consumers.close(parts.lane);
  }
}

/** What became of the last command of a turn; `nothing`: there was none to be had; `drained`: no more after some. */
type LastServed = Served | 'nothing' | 'drained';

/** Runs commands until the slice is over, there are no more, or one must wait. */
async function serveLane(context: WorkerContext, lease: Lease, lane: string, slot: number): Promise<LastServed> {
  // A command that comes too late is not handed back: only a delivery that has run out may prove a holder dead.
  const puller = new Puller(context.lanes.nc, () => undefined);
  const sliceEnd = performance.now() + context.times.turnSliceMs;
  try {
    for (let first = true; ; first = false) {
      const pulled = await pullCommand(context, puller, lane, first);
      if (pulled.type !== 'delivery') return first ? 'nothing' : 'drained';
      if (!lease.valid) return 'lost';
      const served = await serveCommand(context, { message: pulled.message, slot, lease });
      const ended = context.draining.aborted || context.paused.has(lane) || performance.now() >= sliceEnd;
      if (served !== 'settled' || ended) return served;
    }
  } finally {
    puller.close();
  }
}

async function pullCommand(context: WorkerContext, puller: Puller, lane: string, first: boolean): Promise<Pulled> {
  const pull = {
    subject: context.consumers.pullSubject(lane),
    waitMs: PULL_TIMEOUT_MS,
    ...(first ? { expiresMs: FIRST_PULL_MS } : {}),
  };
  const pulled = await puller.pull(pull);
  if (pulled.type !== 'no-consumer') return pulled;
  await context.consumers.create(lane);
  return puller.pull(pull);
}

/**
 * Whether a lane that gives nothing is full of commands that other workers run, or have died running. While fewer run
 * than the lane is wide, each of them has its own turn, and this one is nobody's.
 */
async function isHeldElsewhere(context: WorkerContext, lane: string): Promise<boolean> {
  const { consumers, workload } = context;
  if ((await consumers.hasWork(lane)) !== 'blocked') return false;
  let seq = 0;
  for (let n = 0; n < workload.limits.width; n++) {
    const next = await nextCommand(context, lane, seq + 1);
    if (!next?.isRun) return false;
    seq = next.seq;
  }
  return true;
}

/** The lane's first command from a sequence on, and whether a worker has begun it and not ended it. */
async function nextCommand({ lanes, workload }: WorkerContext, lane: string, from: number) {
  const { jsm, names, nc, events } = lanes;
  const query = { next_by_subj: names.command(workload.name, lane), seq: from };
  const command = await whileConnected(nc, () => jsm.direct.getMessage(names.commandsStream, query));
  const jobId = command?.header.get('Nats-Msg-Id');
  if (!command || !jobId) return undefined;
  const last = await events.last(workload.name, lane, jobId);
  return { seq: command.seq, isRun: last !== undefined && 'worker' in last.event };
}

/**
 * Gives the turn up and, if the lane can go on, puts a new one at the back of the queue. The turn is acknowledged first
 * (a second turn of the slot would be refused while this one exists), and only then is the lane looked at: a command
 * that arrived before had its own turn refused for the sake of this one.
 */
async function passTurn(
  context: WorkerContext,
  turn: Msg,
  lane: string,
  slot: number,
  lastServed: LastServed,
): Promise<void> {
  const { lanes, workload } = context;
  await acknowledge(lanes, turn);
  const again = { workload: workload.name, lane, slot };
  const offerAgain = async () => void (await offerTurns(lanes.nc, lanes.names, [again]));
  // A worker that drains hands its lanes on at once, also those that wait: its own timers end with it.
  if (lastServed === 'settled' || context.draining.aborted) return offerAgain();
  switch (await context.consumers.hasWork(lane)) {
    case 'ready':
      return offerAgain();
    case 'blocked':
      // By a retry that waits: it offers its own turn, if the worker that scheduled it still lives.
      if (lastServed === 'nothing') context.offerLater(lane, slot, await untilHeadIsDue(context, lane));
      return;
    case 'drained':
      return;
  }
}
