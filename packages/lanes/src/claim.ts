import type { Command, JobEvent } from '@lanekeeper/contracts';
import { stillHolds } from './ask-holder.ts';
import { type ClaimDecision, type ClaimFacts, decideClaim } from './decide-claim.ts';
import { earliestStart } from './earliest-start.ts';
import { isLanesError } from './errors.ts';
import type { LastEvent } from './event-log.ts';
import { pause } from './pause.ts';
import type { WorkerContext } from './worker-context.ts';

/** How often a claim that another write has overtaken is decided anew. */
const MAX_ROUNDS = 10;
/** A command this young may not have its `queued` event yet; waiting for it spares the submitter a refused batch. */
const QUEUED_EVENT_MS = 300;
const QUEUED_POLL_MS = 5;
/** A silent holder is asked so often within an ack wait. */
const ASKS_PER_WAIT = 6;

/** A delivered command with what the delivery says of it. */
export type Delivered = {
  command: Command;
  commandSeq: number;
  /** Which consumer (its creation time) delivered it, and how often, this time included. */
  delivery: { consumer: string; count: number };
  /** When the command was stored, milliseconds since the epoch. */
  storedAt: number;
};

/** A claim that succeeded, or why there is none. */
export type Claim =
  | { type: 'claimed'; attempt: number; intents: readonly string[]; seq: number }
  | { type: 'over' }
  | { type: 'postponed'; until: number }
  | { type: 'left' };

/**
 * Claims a delivered command for this worker: decides from the job's last event and writes `started`, fenced by that
 * event. Whoever writes first wins; the loser looks again.
 */
export async function claim(context: WorkerContext, delivered: Delivered): Promise<Claim> {
  const notBefore = await earliestStart(context, delivered.command);
  let asked: { seq: number; answer: ClaimFacts['holder'] } | undefined;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const last = await lastEvent(context, delivered);
    const decision = decideClaim({
      last: last?.event,
      now: Date.now(),
      attempts: context.workload.limits.attempts,
      notBefore,
      tracked: last !== undefined && (await isTracked(context, delivered, last)),
      // Silence counts only for the holder who was asked, and only as long as nothing was written since.
      holder: asked && asked.seq === last?.seq ? asked.answer : 'unasked',
    });
    if (decision.do === 'ask-holder') {
      asked = { seq: last?.seq ?? 0, answer: await askHolder(context, delivered, decision.workerId) };
      continue;
    }
    const claimed = await perform(context, delivered, decision, last?.seq ?? 0);
    if (claimed) return claimed;
  }
  return { type: 'left' };
}

/** Carries out a decision; undefined when another writer was first. */
async function perform(
  context: WorkerContext,
  delivered: Delivered,
  decision: Exclude<ClaimDecision, { do: 'ask-holder' }>,
  lastSeq: number,
): Promise<Claim | undefined> {
  switch (decision.do) {
    case 'settle':
      return { type: 'over' };
    case 'postpone':
      return { type: 'postponed', until: decision.until };
    case 'leave':
      return { type: 'left' };
    case 'give-up': {
      const { attempt, error } = decision;
      const seq = await append(context, { type: 'failed', ...ids(delivered.command), attempt, error }, lastSeq);
      return seq === undefined ? undefined : { type: 'over' };
    }
    case 'start': {
      const { attempt, intents } = decision;
      const { command, commandSeq } = delivered;
      const { workerId: worker } = context;
      const started = { ...ids(command), attempt, delivery: delivered.delivery, worker, job: command, commandSeq };
      const event: JobEvent = { type: 'started', ...started, ...(intents.length > 0 ? { intents: [...intents] } : {}) };
      const seq = await append(context, event, lastSeq);
      return seq === undefined ? undefined : { type: 'claimed', attempt, intents, seq };
    }
  }
}

async function append(context: WorkerContext, event: JobEvent, expected: number): Promise<number | undefined> {
  try {
    return await context.lanes.events.append(event, expected, AbortSignal.timeout(context.times.ackWaitMs / 2));
  } catch (error) {
    if (isLanesError(error, 'FENCED_OUT')) return undefined;
    throw error;
  }
}

async function lastEvent(context: WorkerContext, delivered: Delivered): Promise<LastEvent | undefined> {
  const { workload, lane, jobId } = delivered.command;
  for (;;) {
    const last = await context.lanes.events.last(workload, lane, jobId);
    if (last || Date.now() - delivered.storedAt > QUEUED_EVENT_MS) return last;
    await pause(QUEUED_POLL_MS);
  }
}

/**
 * Whether this delivery proves that the one before ran out: the lane's consumer is still the one that made it, and has
 * counted on since. (Consumers live in the server's memory; a new leader may have missed the last deliveries.)
 */
async function isTracked(context: WorkerContext, delivered: Delivered, last: LastEvent): Promise<boolean> {
  if (!('worker' in last.event)) return false;
  const before = last.event.delivery;
  // A delivery by a consumer that is gone proves nothing, however high it had counted.
  if (!before || delivered.delivery.consumer !== before.consumer) return false;
  if (delivered.delivery.count <= before.count) return false;
  return (await context.consumers.current(delivered.command.lane)) === before.consumer;
}

/** Asks a holder until it says yes or has been silent for an ack wait. */
async function askHolder(
  context: WorkerContext,
  { command }: Delivered,
  workerId: string,
): Promise<'holds' | 'silent'> {
  const { ackWaitMs } = context.times;
  const until = performance.now() + ackWaitMs;
  while (performance.now() < until) {
    if (await stillHolds(context.lanes, workerId, command.jobId)) return 'holds';
    await pause(ackWaitMs / ASKS_PER_WAIT, context.draining);
    if (context.draining.aborted) return 'holds'; // no time to find out: leave the job to others
  }
  return 'silent';
}

function ids({ jobId, workload, lane }: Command) {
  return { jobId, workload, lane, at: new Date().toISOString() };
}
