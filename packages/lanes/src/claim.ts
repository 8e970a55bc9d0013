import type { Command, JobEvent } from '@lanekeeper/contracts';
import { stillHolds } from './ask-holder.ts';
import { type ClaimDecision, type ClaimFacts, decideClaim } from './decide-claim.ts';
import { earliestStart } from './earliest-start.ts';
import { isLanesError } from './errors.ts';
import type { LastEvent } from './event-log.ts';
import { pause } from './pause.ts';
import type { TurnDelivery } from './taken-turn.ts';
import type { WorkerContext } from './worker-context.ts';

/** How often a claim that another write has overtaken is decided anew. */
const MAX_ROUNDS = 10;
/** A command this young may not have its `queued` event yet; waiting for it spares the submitter a refused batch. */
const QUEUED_EVENT_MS = 300;
const QUEUED_POLL_MS = 5;
/** A silent holder is asked so often within an ack wait. */
const ASKS_PER_WAIT = 6;

/** A command under a turn, decoded. */
export type Delivered = {
  command: Command;
  commandSeq: number;
  /** Under which delivery of which turn. */
  delivery: TurnDelivery;
  /** When the command was stored, milliseconds since the epoch. */
  storedAt: number;
  /** The job's last event when its lane was read. */
  last: LastEvent | undefined;
};

/** A claim that succeeded. `before`: the job had been begun before. */
export type Claimed = { type: 'claimed'; attempt: number; intents: readonly string[]; seq: number; before: boolean };

/** A claim that succeeded, or why there is none. */
export type Claim = Claimed | { type: 'over' } | { type: 'postponed'; until: number } | { type: 'left' };

/**
 * Claims a delivered command for this worker: decides from the job's last event and writes `started`, fenced by that
 * event. Whoever writes first wins; the loser looks again.
 */
export async function claim(context: WorkerContext, delivered: Delivered): Promise<Claim> {
  const notBefore = await earliestStart(context, delivered.command);
  let asked: { seq: number; answer: ClaimFacts['holder'] } | undefined;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const last = (round === 0 && delivered.last) || (await lastEvent(context, delivered));
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
    const claimed = await perform(context, delivered, decision, last);
    if (claimed) return claimed;
  }
  return { type: 'left' };
}

/** Carries out a decision; undefined when another writer was first. */
async function perform(
  context: WorkerContext,
  delivered: Delivered,
  decision: Exclude<ClaimDecision, { do: 'ask-holder' }>,
  last: LastEvent | undefined,
): Promise<Claim | undefined> {
  const lastSeq = last?.seq ?? 0;
  switch (decision.do) {
    case 'settle':
      return { type: 'over' };
    case 'postpone':
      return { type: 'postponed', until: decision.until };
    case 'leave':
      return { type: 'left' };
    case 'give-up': {
      const { attempt, intents, error } = decision;
      const end = { ...ids(delivered.command), attempt, error };
      const event: JobEvent =
        intents.length > 0 ? { type: 'uncertain', ...end, intents: [...intents] } : { type: 'failed', ...end };
      const seq = await append(context, event, lastSeq);
      return seq === undefined ? undefined : { type: 'over' };
    }
    case 'start': {
      const { attempt, intents } = decision;
      const seq = await append(context, startedEvent(context, delivered, decision), lastSeq);
      const before = last !== undefined && last.event.type !== 'queued';
      return seq === undefined ? undefined : { type: 'claimed', attempt, intents, seq, before };
    }
  }
}

/**
 * The claim of a command that has only been queued yet and may start now, to be written together with the end of the one
 * before it; undefined when it must be looked at more closely.
 */
export function successorOf(
  context: WorkerContext,
  next: Delivered,
): { event: JobEvent; expected: number } | undefined {
  const { limits } = context.workload;
  if (next.last?.event.type !== 'queued' || (limits.minGapMs ?? 0) > 0) return undefined;
  if (next.command.runAt !== undefined && Date.parse(next.command.runAt) > Date.now()) return undefined;
  return { event: startedEvent(context, next, { attempt: 1, intents: [] }), expected: next.last.seq };
}

function startedEvent(
  { workerId: worker }: WorkerContext,
  { command, commandSeq, delivery }: Delivered,
  { attempt, intents }: { attempt: number; intents: readonly string[] },
): JobEvent {
  const started = { ...ids(command), attempt, delivery, worker, job: command, commandSeq };
  return { type: 'started', ...started, ...(intents.length > 0 ? { intents: [...intents] } : {}) };
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
 * Whether this delivery of a turn proves that the one before ran out: it is the same turn, delivered by the same consumer
 * of turns, which is still there and has counted on since. (A consumer that was made anew proves nothing: its counts
 * begin again, and nobody kept the heartbeats of the one before.)
 */
async function isTracked({ turnsConsumer }: WorkerContext, { delivery }: Delivered, last: LastEvent): Promise<boolean> {
  const before = 'worker' in last.event ? last.event.delivery : undefined;
  if (!before || delivery.turn !== before.turn || delivery.consumer !== before.consumer) return false;
  return delivery.count > before.count && (await turnsConsumer.current()) === before.consumer;
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
