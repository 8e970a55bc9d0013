import { decodeCommand } from './codec.ts';
import { earliestStart } from './earliest-start.ts';
import { whileConnected } from './while-connected.ts';
import type { WorkerContext } from './worker-context.ts';

/** When a lane that gives nothing is looked at again: at least and at most, in milliseconds. */
const RECHECK_MS = { least: 1_000, most: 30_000 };

/**
 * How long a lane that gives nothing is to be left alone, in milliseconds. A sequential lane whose first command waits
 * (for its retry, its `runAt`, or the gap between commands) is left alone until that is due, within bounds: whoever
 * postponed it offers a turn in time, unless it died.
 */
export async function untilHeadIsDue(context: WorkerContext, lane: string): Promise<number> {
  const { lanes, waiting, workload } = context;
  if (workload.limits.width > 1) return RECHECK_MS.least;
  const { jsm, names, nc, events } = lanes;
  const query = { next_by_subj: names.command(workload.name, lane), seq: 1 };
  const head = await whileConnected(nc, () => jsm.direct.getMessage(names.commandsStream, query));
  const decoded = head && decodeCommand(head.string());
  if (!decoded?.ok) return RECHECK_MS.least;
  const last = await events.last(workload.name, lane, decoded.command.jobId);
  const retryAt = last?.event.type === 'retry-scheduled' ? Date.parse(last.event.dueAt) : 0;
  const dueIn = Math.max(retryAt, await earliestStart(context, decoded.command)) - Date.now();
  const delayMs = Math.min(Math.max(dueIn, RECHECK_MS.least), RECHECK_MS.most);
  waiting.set(lane, Date.now() + delayMs);
  return delayMs;
}
