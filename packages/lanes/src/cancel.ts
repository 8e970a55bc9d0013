import type { JobEvent, JobState } from '@lanekeeper/contracts';
import { askToAbort } from './ask-holder.ts';
import { cancellation } from './cancellation.ts';
import { isLanesError, LanesError } from './errors.ts';
import type { LastEvent } from './event-log.ts';
import { assertNotOver, findHeader, findLast, type JobRef } from './find-job.ts';
import { pause } from './pause.ts';
import type { SubmitDeps } from './submit.ts';
import { offerTurns } from './turns.ts';
import { whileConnected } from './while-connected.ts';

/** How to cancel. `reason` is kept with the job. `force`: also a job that runs, by asking its handler to stop. */
export type CancelOptions = { reason?: string; force?: boolean };

/**
 * What a cancel came to. `cancelling`: the handler was told to stop; the job ends as cancelled when it has, or as
 * completed when it was faster. `uncertain`: an irreversible step had been announced whose outcome no one knows.
 */
export type CancelledJob = {
  jobId: string;
  workload: string;
  lane: string;
  state: Extract<JobState, 'cancelled' | 'uncertain'> | 'cancelling';
};

/** How long the worker that holds a job may take to be found and to obey, in milliseconds. */
const HOLDER_WAIT_MS = 3_000;
/** Pause before it is asked again: it may just be starting, or handing the job back. */
const ASK_AGAIN_MS = 50;
/** How long storing the event may take, in milliseconds. */
const APPEND_TIMEOUT_MS = 10_000;

/**
 * Cancels a job. The event is fenced on the job's last one, so a cancel and a start cannot both win: a job that was
 * cancelled while it waited (queued, or for a retry) never runs again.
 * @throws LanesError RUNNING (without force), OVER, UNKNOWN_JOB, or UNAVAILABLE: then ask again (with force also while
 * the job's worker does not answer: it may be dead, and the job will go on elsewhere).
 */
export async function cancel(deps: SubmitDeps, ref: JobRef, options: CancelOptions): Promise<CancelledJob> {
  const until = performance.now() + HOLDER_WAIT_MS;
  for (;;) {
    const last = await findLast(deps, ref);
    const { event } = last;
    const { jobId, workload, lane } = event;
    assertNotOver(event);
    if ('worker' in event) {
      if (!options.force) throw new LanesError('RUNNING', 'the job is running');
      if (await askToAbort(deps, event.worker, jobId, options.reason)) {
        return { jobId, workload, lane, state: 'cancelling' };
      }
      if (performance.now() >= until) throw new LanesError('UNAVAILABLE', 'the worker of the job does not answer');
      await pause(ASK_AGAIN_MS);
      continue;
    }
    const state = await endWaiting(deps, last, options.reason);
    if (state) return { jobId, workload, lane, state };
  }
}

/** Ends a job that waits; undefined when another writer was first. */
async function endWaiting(
  deps: SubmitDeps,
  { event, seq }: LastEvent,
  reason: string | undefined,
): Promise<'cancelled' | 'uncertain' | undefined> {
  const end = cancellation(('intents' in event && event.intents) || [], reason);
  try {
    await deps.events.append(endEvent(event, end), seq, AbortSignal.timeout(APPEND_TIMEOUT_MS));
  } catch (error) {
    if (isLanesError(error, 'FENCED_OUT')) return undefined;
    throw error;
  }
  // The job is over now. What is left to do a worker would do too, but only when it comes to the command.
  await removeCommand(deps, event).catch(deps.onHealable);
  return end.type;
}

function endEvent(last: JobEvent, end: ReturnType<typeof cancellation>): JobEvent {
  const { jobId, workload, lane } = last;
  const common = { jobId, workload, lane, at: new Date().toISOString() };
  if (end.type === 'cancelled') return { ...end, ...common };
  const { attempt, intents } = last as Extract<JobEvent, { type: 'retry-scheduled' }>;
  return { ...end, ...common, attempt, ...(intents ? { intents } : {}) };
}

/** Takes the command of a job that is over out of its lane, and lets the lane go on if the command was in its way. */
async function removeCommand({ nc, jsm, names }: SubmitDeps, event: JobEvent): Promise<void> {
  const { workload, lane, jobId } = event;
  const { commandSeq } = event.type === 'queued' ? event : await findHeader({ nc, jsm, names }, event);
  const seq = commandSeq || undefined; // not known: the worker that comes to it finds the job over
  if (seq === undefined) return;
  const stored = await whileConnected(nc, () => jsm.direct.getMessage(names.commandsStream, { seq }));
  if (stored?.header.get('Nats-Msg-Id') !== jobId) return;
  await whileConnected(nc, () => jsm.streams.deleteMessage(names.commandsStream, seq, false));
  await offerTurns(nc, names, [{ workload, lane, slot: 0 }]);
}
