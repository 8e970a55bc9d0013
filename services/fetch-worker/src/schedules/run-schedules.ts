import { type FetchData, isTerminal, tenantOf } from '@lanekeeper/contracts';
import { type Dealers, dueTick, type Schedule, type Schedules } from '@lanekeeper/dealers';
import { localTime } from '@lanekeeper/dgi';
import type { Lanes } from '@lanekeeper/lanes';

const WORKLOAD = 'fetch';
const MINUTE_MS = 60_000;

/** What running schedules takes. */
export type ScheduleParts = {
  schedules: Schedules;
  dealers: Dealers;
  lanes: Pick<Lanes, 'submit' | 'events'>;
  /** Width of the workload's lanes. */
  width: number;
};

/** What became of a tick. */
export type Tick = { schedule: string; outcome: 'submitted' | 'skipped' };

/**
 * Deals with every tick that is due: submits an ordinary job, or skips the tick while the job of an earlier one is not over.
 * Any number of processes may do this at once: the same tick has the same idempotency key, hence the same job. Nothing is
 * noted before the job is stored, so a crash in between loses no tick; after a downtime the last one counts.
 * @throws LanesError, the database's error; what was dealt with until then is noted.
 */
export async function runDueSchedules(parts: ScheduleParts, now: Date): Promise<Tick[]> {
  const ticks: Tick[] = [];
  for (const schedule of await parts.schedules.active()) {
    const dueAt = dueTick(schedule.cron, schedule.timeZone, schedule.lastDueAt, now);
    if (!dueAt) continue;
    if (await isUnderWay(parts, schedule)) {
      await parts.schedules.noteTick(schedule.id, dueAt, 'skipped');
      ticks.push({ schedule: schedule.id, outcome: 'skipped' });
      continue;
    }
    const jobId = await submit(parts, schedule, dueAt);
    if (jobId === undefined) continue;
    await parts.schedules.noteTick(schedule.id, dueAt, { jobId });
    ticks.push({ schedule: schedule.id, outcome: 'submitted' });
  }
  return ticks;
}

/** Whether the job of an earlier tick is not over. One whose events were forgotten ended long ago. */
async function isUnderWay({ lanes }: ScheduleParts, { dealerId, lastJobId }: Schedule): Promise<boolean> {
  if (lastJobId === null) return false;
  const last = await lanes.events.last(WORKLOAD, dealerId, lastJobId);
  return last !== undefined && !isTerminal(last.event.type);
}

/** The job of a tick; undefined when its dealer is gone. */
async function submit(
  { dealers, lanes, width }: ScheduleParts,
  { id, dealerId, fetchType, lookbackMinutes }: Schedule,
  dueAt: Date,
): Promise<string | undefined> {
  const dealer = await dealers.find(dealerId);
  if (!dealer) return undefined;
  const data: FetchData = {
    dealerId,
    fetchType,
    fromTime: localTime(new Date(dueAt.getTime() - lookbackMinutes * MINUTE_MS), dealer.timeZone),
    toTime: localTime(dueAt, dealer.timeZone),
    scheduleId: id,
  };
  const key = `${id}:${dueAt.toISOString()}`;
  const job = { workload: WORKLOAD, width, lane: dealerId, tenant: tenantOf(WORKLOAD, dealerId), data };
  const { jobs } = await lanes.submit([job], { idempotency: { scope: 'schedules', key, fingerprint: key } });
  return jobs[0]?.jobId;
}
