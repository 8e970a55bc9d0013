import type { Command } from '@lanekeeper/contracts';
import { publishOne } from './publish.ts';
import { readLeader } from './read-leader.ts';
import type { WorkerContext } from './worker-context.ts';

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
  const { names } = lanes;
  const mark = await readLeader(lanes, names.lanesBucketStream, { last_by_subj: names.lastEnd(workload.name, lane) });
  return mark ? Math.max(asked, Date.parse(mark.string()) + gapMs) : asked;
}

/**
 * Notes that a command of a lane has ended, if the workload wants a gap between commands. Before the command is
 * acknowledged: whoever dies in between leaves a command whose next delivery notes it again.
 */
export async function markEnd({ lanes, workload }: WorkerContext, lane: string): Promise<void> {
  if ((workload.limits.minGapMs ?? 0) === 0) return;
  const subject = lanes.names.lastEnd(workload.name, lane);
  await publishOne(lanes.nc, { subject, data: new Date().toISOString() });
}
