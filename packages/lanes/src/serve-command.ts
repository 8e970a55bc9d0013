import { type Command, parseSubject } from '@lanekeeper/contracts';
import type { Msg } from '@nats-io/nats-core';
import { Attempt, type Outcome } from './attempt.ts';
import { type Claim, claim, type Delivered } from './claim.ts';
import { decodeCommand } from './codec.ts';
import { parseDelivery } from './delivery.ts';
import { markEnd } from './earliest-start.ts';
import { LanesError } from './errors.ts';
import type { Lease } from './lease.ts';
import { runHandler } from './run-handler.ts';
import { settleCommand } from './settle.ts';
import { rememberOrigin, traceWork } from './tracing.ts';
import type { WorkerContext } from './worker-context.ts';

/** A retry's turn is offered this much after it is due, so that the server has made it available, in milliseconds. */
const DUE_MARGIN_MS = 20;

/** A command is looked at again after this time at the latest: timers cannot be set for weeks, in milliseconds. */
const MAX_POSTPONE_MS = 60_000;

/** A command's delivery within a served turn. */
export type CommandDelivery = { message: Msg; slot: number; lease: Lease };

/**
 * What became of a delivered command. `waits`: it stays in its lane for a retry and, in a sequential lane, blocks it.
 * `left`: another worker may still be at it. `lost`: another worker has taken it over.
 */
export type Served = 'settled' | 'waits' | 'left' | 'lost';

/**
 * Serves one delivered command from claim to settlement. Every step is durable before the next: `started` before the
 * handler, the outcome before the acknowledgement. Dying between any two steps leaves a state that the next delivery
 * resolves.
 */
export async function serveCommand(context: WorkerContext, delivery: CommandDelivery): Promise<Served> {
  const { message } = delivery;
  const info = parseDelivery(message.reply);
  const decoded = decodeCommand(message.string());
  const subject = parseSubject(message.subject);
  if (!decoded.ok || decoded.command.lane !== subject?.lane || decoded.command.workload !== subject.workload) {
    const reason = decoded.ok ? 'the command is stored under the subject of another lane' : decoded.reason;
    return rejectUndecodable(context, message, info.streamSeq, reason);
  }
  rememberOrigin(decoded.command, message.headers);
  const delivered: Delivered = {
    command: decoded.command,
    commandSeq: info.streamSeq,
    delivery: { consumer: context.consumers.believed(decoded.command.lane), count: info.deliveries },
    storedAt: info.storedAt,
  };
  const claimed = await whileCovered(delivery, () => claim(context, delivered));
  if (claimed.type !== 'postponed') context.waiting.delete(decoded.command.lane);
  switch (claimed.type) {
    case 'over':
      await markEnd(context, decoded.command.lane);
      await settleCommand(context.lanes, message, info.streamSeq);
      return 'settled';
    case 'postponed':
      return postpone(context, delivery, decoded.command.lane, claimed.until);
    case 'left':
      return 'left';
    case 'claimed':
      return traceWork(decoded.command, claimed.attempt, () => work(context, delivery, delivered, claimed));
  }
}

async function work(
  context: WorkerContext,
  delivery: CommandDelivery,
  { command, commandSeq, delivery: counted }: Delivered,
  claimed: Extract<Claim, { type: 'claimed' }>,
): Promise<Served> {
  const { jobId } = command;
  const { lease, message } = delivery;
  const attempt = new Attempt({
    ...claimed,
    log: context.lanes.events,
    command,
    delivery: counted,
    workerId: context.workerId,
    leaseValid: () => lease.valid,
  });
  context.holding.set(jobId, { valid: () => lease.valid, cancel: (reason) => attempt.cancel(reason) });
  const uncover = lease.cover(message.reply ?? '', () =>
    attempt.abort(new LanesError('LEASE_LOST', 'the lease on this job has run out')),
  );
  try {
    const outcome = await attend(context, command, attempt, claimed);
    if (!outcome || !(await attempt.finish(outcome, context.handBack))) {
      context.log.warn({ jobId, reason: String(attempt.signal.reason) }, 'the job went to another worker');
      return 'lost';
    }
    return await afterOutcome(context, delivery, command.lane, commandSeq, outcome);
  } finally {
    context.holding.delete(jobId);
    uncover();
  }
}

/** Keeps a delivery alive while something about it is found out. */
async function whileCovered<T>({ lease, message }: CommandDelivery, act: () => Promise<T>): Promise<T> {
  const uncover = lease.cover(message.reply ?? '', () => undefined);
  try {
    return await act();
  } finally {
    uncover();
  }
}

async function attend(
  context: WorkerContext,
  command: Command,
  attempt: Attempt,
  claimed: Extract<Claim, { type: 'claimed' }>,
): Promise<Outcome | undefined> {
  const faults = context.workload.check(command.data);
  if (faults.length === 0) return runHandler(context, command, attempt, claimed);
  const message = `The command's data is not valid: ${faults.join('; ')}`;
  return { type: 'failed', error: { code: 'INVALID_COMMAND', message, retryable: false } };
}

async function afterOutcome(
  context: WorkerContext,
  delivery: CommandDelivery,
  lane: string,
  commandSeq: number,
  outcome: Outcome,
): Promise<Served> {
  if (outcome.type === 'retry-scheduled') return postpone(context, delivery, lane, outcome.dueAt.getTime());
  await markEnd(context, lane);
  await settleCommand(context.lanes, delivery.message, commandSeq);
  return 'settled';
}

/** Leaves a command in its lane until a time; its slot is free meanwhile. */
function postpone(
  context: WorkerContext,
  { message, slot, lease }: CommandDelivery,
  lane: string,
  until: number,
): Served {
  const delayMs = Math.min(Math.max(0, until - Date.now()), MAX_POSTPONE_MS);
  // Without a lease the delivery may be someone else's by now; it then runs out by itself.
  if (!lease.valid) return 'lost';
  message.respond(delayMs === 0 ? '-NAK' : `-NAK ${JSON.stringify({ delay: delayMs * 1_000_000 })}`);
  context.offerLater(lane, slot, delayMs + DUE_MARGIN_MS);
  if (context.workload.limits.width === 1) context.waiting.set(lane, Date.now() + delayMs);
  return 'waits';
}

/** A command that cannot be decoded fails at once, under the id it was stored with, and its lane goes on. */
async function rejectUndecodable(context: WorkerContext, message: Msg, seq: number, reason: string): Promise<Served> {
  const subject = parseSubject(message.subject);
  const named = message.headers?.get('Nats-Msg-Id') ?? '';
  const jobId = /^[A-Za-z0-9_-]{1,64}$/.test(named) ? named : `command-${seq}`;
  context.log.error({ jobId, reason }, 'a command is not valid');
  if (subject) {
    const { workload, lane } = subject;
    const { events } = context.lanes;
    const last = await events.last(workload, lane, jobId);
    const error = { code: 'INVALID_COMMAND', message: `The stored command is not valid: ${reason}.`, retryable: false };
    const failed = { type: 'failed', jobId, workload, lane, at: new Date().toISOString(), attempt: 0, error } as const;
    if (last?.event.type !== 'failed') await events.append(failed, last?.seq ?? 0, context.handBack);
  }
  await settleCommand(context.lanes, message, seq);
  return 'settled';
}
