import type { Command } from '@lanekeeper/contracts';
import { isWrongSequence } from './errors.ts';
import type { Lanes } from './open-lanes.ts';
import { publishOne } from './publish.ts';
import { readLeader } from './read-leader.ts';
import type { WorkerContext } from './worker-context.ts';

type Links = Pick<Lanes, 'nc' | 'jsm' | 'names' | 'replicas'>;
/** When the last attempt of a lane ended, milliseconds since the epoch; `seq`: of the message that says so. */
type LastEnd = { at: number; seq: number };

/**
 * Before when a command must not start, milliseconds since the epoch (0: at any time): its own `runAt`, and the
 * workload's minimum gap after the lane's last command. Costs nothing where neither is set.
 */
export async function earliestStart(
  { lanes, workload }: Pick<WorkerContext, 'lanes' | 'workload'>,
  { lane, runAt }: Command,
): Promise<number> {
  const asked = runAt === undefined ? 0 : Date.parse(runAt);
  const gapMs = workload.limits.minGapMs ?? 0;
  if (gapMs === 0) return asked;
  const last = await readLastEnd(lanes, lanes.names.lastEnd(workload.name, lane));
  return last ? Math.max(asked, last.at + gapMs) : asked;
}

/**
 * Notes that a command of a lane has ended just now, if the workload wants a gap between commands. Before the command is
 * removed: whoever dies in between leaves a command whose next delivery notes it again.
 */
export async function markEnd({ lanes, workload }: WorkerContext, lane: string): Promise<void> {
  if ((workload.limits.minGapMs ?? 0) > 0) await noteEnd(lanes, workload.name, lane, Date.now());
}

/**
 * Notes when the last attempt of a lane ended, milliseconds since the epoch. A note never replaces a later one: whoever
 * was held up on its way here must not shorten the gap after commands that ended since.
 */
export async function noteEnd(links: Links, workload: string, lane: string, at: number): Promise<void> {
  const subject = links.names.lastEnd(workload, lane);
  for (;;) {
    const last = await readLastEnd(links, subject);
    if (last && last.at >= at) return;
    const expected = { 'Nats-Expected-Last-Subject-Sequence': String(last?.seq ?? 0) };
    try {
      await publishOne(links.nc, { subject, data: new Date(at).toISOString(), headers: expected });
      return;
    } catch (error) {
      if (!isWrongSequence(error)) throw error;
    }
  }
}

async function readLastEnd(links: Links, subject: string): Promise<LastEnd | undefined> {
  const stored = await readLeader(links, links.names.lanesBucketStream, { last_by_subj: subject });
  return stored ? { at: Date.parse(stored.string()), seq: stored.seq } : undefined;
}
