import { type Command, type JobErrorBody, jobErrors } from '@lanekeeper/contracts';
import type { Attempt, Outcome } from './attempt.ts';
import { backoffDelay } from './backoff.ts';
import { isLanesError, LanesError } from './errors.ts';
import { jobLog } from './job-log.ts';
import { JobFailure, JobUncertain } from './types.ts';
import type { WorkerContext } from './worker-context.ts';

/** Room that an event needs beside the result, in bytes. */
const EVENT_OVERHEAD_BYTES = 16_384;

/**
 * Runs the handler on a claimed command, within the workload's timeout, and says how it ended. Never throws: whatever
 * the handler throws becomes an outcome. Undefined when the attempt lost its job meanwhile: nothing is to be written.
 */
export async function runHandler(
  context: WorkerContext,
  command: Command,
  attempt: Attempt,
  start: { attempt: number; intents: readonly string[] },
): Promise<Outcome | undefined> {
  const { timeoutMs } = context.workload.limits;
  const timeOut = () => attempt.abort(new LanesError('TIMED_OUT', `the attempt took longer than ${timeoutMs} ms`));
  const timer = setTimeout(timeOut, timeoutMs);
  const handBack = () => attempt.abort(new LanesError('STOPPING', 'the worker is stopping'));
  if (context.handBack.aborted) handBack();
  context.handBack.addEventListener('abort', handBack, { once: true });
  const watch = watchForStuckHandler(context, command, attempt.signal);
  try {
    attempt.signal.throwIfAborted(); // it may have been told to stop before it began
    const result = await context.handle(command, {
      signal: attempt.signal,
      attempt: start.attempt,
      intents: start.intents,
      progress: (percent, note) => attempt.progress(percent, note),
      intend: (effect) => attempt.intend(effect),
      assertOwned: () => attempt.assertOwned(),
      log: jobLog(context.log, command, start.attempt),
    });
    return completed(result, context.lanes.nc.info?.max_payload ?? 1_048_576);
  } catch (error) {
    return attempt.lost ? undefined : failure(context, attempt, start.attempt, error);
  } finally {
    clearTimeout(timer);
    watch.cancel();
    context.handBack.removeEventListener('abort', handBack);
  }
}

function completed(result: unknown, maxPayload: number): Outcome {
  const body = describe('RESULT_NOT_STORABLE', 'The handler returned a result that is not JSON or too large.');
  try {
    const text = JSON.stringify(result ?? null);
    if (text !== undefined && Buffer.byteLength(text) <= maxPayload - EVENT_OVERHEAD_BYTES) {
      return { type: 'completed', result: result ?? null };
    }
  } catch {
    // circular or a BigInt: falls through to the failure
  }
  return { type: 'failed', error: body };
}

function failure(context: WorkerContext, { signal, cancellation }: Attempt, attempt: number, error: unknown): Outcome {
  if (error instanceof JobUncertain) return { type: 'uncertain', error: bodyOf(error) };
  if (cancellation) return cancellation;
  if (isLanesError(signal.reason, 'STOPPING')) {
    const body = { code: 'WORKER_STOPPED', message: 'The worker stopped; the job goes on elsewhere.', retryable: true };
    return { type: 'retry-scheduled', error: body, dueAt: new Date(), handedBack: true };
  }
  const body = isLanesError(signal.reason, 'TIMED_OUT')
    ? describe('TIMEOUT', `The attempt took longer than ${context.workload.limits.timeoutMs / 1_000} s.`)
    : errorBody(context, error);
  const { attempts, backoffMs } = context.workload.limits;
  if (!body.retryable || attempt >= attempts) return { type: 'failed', error: body };
  const delay = backoffDelay(attempt, backoffMs, Math.random());
  return { type: 'retry-scheduled', error: body, dueAt: new Date(Date.now() + delay) };
}

function errorBody(context: WorkerContext, error: unknown): JobErrorBody {
  if (error instanceof JobFailure) return bodyOf(error);
  // The text of an unforeseen error may hold anything: it goes to the log, not into the job.
  context.log.error({ err: error, workload: context.workload.name }, 'the handler failed unexpectedly');
  return describe('HANDLER_ERROR', 'The handler failed unexpectedly; its log has the details.');
}

function bodyOf({ code, message, retryable }: JobFailure): JobErrorBody {
  return { code, message, retryable };
}

function describe(code: keyof typeof jobErrors, message: string): JobErrorBody {
  return { code, message, retryable: jobErrors[code].retryable };
}

function watchForStuckHandler(context: WorkerContext, command: Command, signal: AbortSignal) {
  let timer: NodeJS.Timeout | undefined;
  const arm = () => {
    timer = setTimeout(() => context.onStuck(command.jobId), context.times.abortGraceMs);
  };
  signal.addEventListener('abort', arm, { once: true });
  return {
    cancel: () => {
      signal.removeEventListener('abort', arm);
      clearTimeout(timer);
    },
  };
}
