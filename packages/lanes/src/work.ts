import type { Command } from '@lanekeeper/contracts';
import { Attempt, type Outcome } from './attempt.ts';
import { cancellation } from './cancellation.ts';
import { type Claimed, type Delivered, successorOf } from './claim.ts';
import { markEnd } from './earliest-start.ts';
import { LanesError } from './errors.ts';
import { clearForcedCancel, readForcedCancel } from './forced-cancel.ts';
import { runHandler } from './run-handler.ts';
import type { TakenTurn } from './taken-turn.ts';
import type { WorkerContext } from './worker-context.ts';

/**
 * What became of a claimed command. `ended`: its job is over, and, if it was written with that, the claim of the next.
 * `waits`: it stays in its lane for a retry. `lost`: another worker has taken it over.
 */
export type Worked = { type: 'ended'; next?: Claimed } | { type: 'waits'; until: number } | { type: 'lost' };

/**
 * Works on a claimed command: runs its handler and writes how it ended. `successor` is asked, when the job has ended for
 * good, for the lane's next command if this turn goes on with it.
 */
export async function work(
  context: WorkerContext,
  turn: TakenTurn,
  { command }: Delivered,
  claimed: Claimed,
  successor: () => Promise<Delivered | undefined>,
): Promise<Worked> {
  const { jobId, lane } = command;
  const { lease, delivery } = turn;
  const { events: log } = context.lanes;
  const { workerId } = context;
  const attempt = new Attempt({ ...claimed, log, command, delivery, workerId, leaseValid: () => lease.valid });
  let toldToCancel = false;
  const cancel = (reason?: string) => {
    toldToCancel = true;
    return attempt.cancel(reason);
  };
  context.holding.set(jobId, { valid: () => lease.valid, cancel });
  const unwatch = lease.watch(() => attempt.abort(new LanesError('LEASE_LOST', 'the lease on this job has run out')));
  try {
    const outcome = await attend(context, command, attempt, claimed);
    // Whatever is wrong with the next command is found out when it is the first.
    const next = outcome && outcome.type !== 'retry-scheduled' ? await successor().catch(() => undefined) : undefined;
    const following = next && successorOf(context, next);
    const finished = outcome && (await attempt.finish(outcome, context.handBack, following));
    if (!outcome || !finished?.written) {
      context.log.warn({ jobId, reason: String(attempt.signal.reason) }, 'the job went to another worker');
      return { type: 'lost' };
    }
    if (outcome.type === 'retry-scheduled') return { type: 'waits', until: outcome.dueAt.getTime() };
    await markEnd(context, lane);
    if (toldToCancel || claimed.before) context.later(clearForcedCancel(context.lanes, command));
    if (finished.next === undefined) return { type: 'ended' };
    return { type: 'ended', next: { type: 'claimed', attempt: 1, intents: [], seq: finished.next, before: false } };
  } finally {
    context.holding.delete(jobId);
    unwatch();
  }
}

async function attend(
  context: WorkerContext,
  command: Command,
  attempt: Attempt,
  claimed: Claimed,
): Promise<Outcome | undefined> {
  // Whoever asks for a cancel notes it before looking for the worker; whoever takes a job over looks after its claim.
  const cancelled = claimed.before ? await readForcedCancel(context.lanes, command) : undefined;
  if (cancelled) return cancellation(claimed.intents, cancelled.reason);
  const faults = context.workload.check(command.data);
  if (faults.length === 0) return runHandler(context, command, attempt, claimed);
  const message = `The command's data is not valid: ${faults.join('; ')}`;
  return { type: 'failed', error: { code: 'INVALID_COMMAND', message, retryable: false } };
}
