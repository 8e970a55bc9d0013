import { isTerminal, type JobEvent, type JobState } from '@lanekeeper/contracts';
import { askToAbort } from './ask-holder.ts';
import { cancellation } from './cancellation.ts';
import { noteEnd } from './earliest-start.ts';
import { isLanesError, LanesError } from './errors.ts';
import type { LastEvent } from './event-log.ts';
import { assertNotOver, findHeader, findLast, type JobRef } from './find-job.ts';
import { clearForcedCancel, noteForcedCancel } from './forced-cancel.ts';
import { pause } from './pause.ts';
import type { SubmitDeps } from './submit.ts';
import { offerTurns } from './turns.ts';
import { whileConnected } from './while-connected.ts';

/** How to cancel. `reason` is kept with the job. `force`: also a job that runs, by asking its handler to stop. */
export type CancelOptions = { reason?: string; force?: boolean };

/**
 * What a cancel came to. `cancelling`: the handler is told to stop; the job ends as cancelled when it has, or as completed
 * when it was faster. Should its worker die first, or be out of reach, whoever takes the job over ends it as cancelled. `uncertain`: an irreversible step had been announced whose outcome no one knows.
 */
export type CancelledJob = {
  jobId: string;
  workload: string;
  lane: string;
  state: Extract<JobState, 'cancelled' | 'uncertain'> | 'cancelling';
};

/** How long the worker that holds a job may take to be found and to obey, in milliseconds. */
const HOLDER_WAIT_MS = 1_000;
/** Pause before it is asked again: it may just be starting, or handing the job back. */
const ASK_AGAIN_MS = 50;
/** How long storing the event may take, in milliseconds. */
const APPEND_TIMEOUT_MS = 10_000;

/**
 * Cancels a job. The event is fenced on the job's last one, so a cancel and a start cannot both win: a job that was
 * cancelled while it waited (queued, or for a retry) never runs again.
 * @throws LanesError RUNNING (without force), OVER, UNKNOWN_JOB, or UNAVAILABLE: then ask again.
 */
export async function cancel(deps: SubmitDeps, ref: JobRef, options: CancelOptions): Promise<CancelledJob> {
  for (;;) {
    const last = await findLast(deps, ref);
    assertNotOver(last.event);
    if ('worker' in last.event) {
      if (!options.force) throw new LanesError('RUNNING', 'the job is running');
      return cancelRunning(deps, last.event, options.reason);
    }
    const cancelled = await endWaiting(deps, last, options.reason);
    if (cancelled) return cancelled;
  }
}

/**
 * Has a running job cancelled. First comes a note, then a look at who runs it: whoever takes the job over after that look
 * finds the note, so it need not be known whether its worker still lives.
 */
async function cancelRunning(deps: SubmitDeps, job: JobEvent, reason: string | undefined): Promise<CancelledJob> {
  await noteForcedCancel(deps, job, reason === undefined ? {} : { reason });
  const until = performance.now() + HOLDER_WAIT_MS;
  for (;;) {
    const last = await findLast(deps, job);
    const { event } = last;
    if ('worker' in event) {
      const { jobId, workload, lane, worker } = event;
      const stops = await askToAbort(deps, worker, jobId, reason);
      if (stops || performance.now() >= until) return { jobId, workload, lane, state: 'cancelling' };
      await pause(ASK_AGAIN_MS);
      continue;
    }
    const cancelled = isTerminal(event.type) ? undefined : await endWaiting(deps, last, reason);
    if (!cancelled && !isTerminal(event.type)) continue;
    await clearForcedCancel(deps, job).catch(deps.onHealable);
    assertNotOver(event);
    if (cancelled) return cancelled;
  }
}

/** Ends a job that waits; undefined when another writer was first. */
async function endWaiting(
  deps: SubmitDeps,
  { event, seq }: LastEvent,
  reason: string | undefined,
): Promise<CancelledJob | undefined> {
  const end = cancellation(('intents' in event && event.intents) || [], reason);
  try {
    await deps.events.append(endEvent(event, end), seq, AbortSignal.timeout(APPEND_TIMEOUT_MS));
  } catch (error) {
    if (isLanesError(error, 'FENCED_OUT')) return undefined;
    throw error;
  }
  // The job is over now. What is left to do a worker would do too, but only when it comes to the command.
  await removeCommand(deps, event).catch(deps.onHealable);
  const { jobId, workload, lane } = event;
  return { jobId, workload, lane, state: end.type };
}

function endEvent(last: JobEvent, end: ReturnType<typeof cancellation>): JobEvent {
  const { jobId, workload, lane } = last;
  const common = { jobId, workload, lane, at: new Date().toISOString() };
  if (end.type === 'cancelled') return { ...end, ...common };
  const { attempt, intents } = last as Extract<JobEvent, { type: 'retry-scheduled' }>;
  return { ...end, ...common, attempt, ...(intents ? { intents } : {}) };
}

/** Takes the command of a job that is over out of its lane, and lets the lane go on if the command was in its way. */
async function removeCommand(deps: SubmitDeps, event: JobEvent): Promise<void> {
  const { nc, jsm, names } = deps;
  const { workload, lane, jobId } = event;
  // It has run, and the lane's next command keeps its distance from that.
  if (event.type === 'retry-scheduled') await noteEnd(deps, workload, lane, Date.parse(event.at));
  const { commandSeq } = event.type === 'queued' ? event : await findHeader({ nc, jsm, names }, event);
  const seq = commandSeq || undefined; // not known: the worker that comes to it finds the job over
  if (seq === undefined) return;
  const stored = await whileConnected(nc, () => jsm.direct.getMessage(names.commandsStream, { seq }));
  if (stored?.header.get('Nats-Msg-Id') !== jobId) return;
  await whileConnected(nc, () => jsm.streams.deleteMessage(names.commandsStream, seq, false));
  await offerTurns(nc, names, [{ workload, lane, slot: 0 }]);
}
