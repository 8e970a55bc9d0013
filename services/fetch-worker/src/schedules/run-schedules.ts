import { type FetchData, isTerminal, tenantOf } from '@lanekeeper/contracts';
import { type Dealers, dueTick, nextTick, type Schedule, type Schedules } from '@lanekeeper/dealers';
import { localTime } from '@lanekeeper/dgi';
import type { Lanes } from '@lanekeeper/lanes';

const WORKLOAD = 'fetch';
const MINUTE_MS = 60_000;
/** How far back a job that catches up may reach: servers keep 30 days, and the job may wait. */
const MAX_BACK_MS = 29 * 24 * 60 * MINUTE_MS;

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
 * noted before the job is stored, so a crash in between loses no tick. After a downtime one job makes up for all the ticks
 * that were missed. A schedule that cannot be run keeps no other from running; `onFault` hears of it.
 * @throws the database's error when the schedules cannot be read.
 */
export async function runDueSchedules(
  parts: ScheduleParts,
  now: Date,
  onFault: (error: unknown, schedule: Schedule) => void,
): Promise<Tick[]> {
  const ticks: Tick[] = [];
  for (const schedule of await parts.schedules.active()) {
    try {
      const outcome = await runIfDue(parts, schedule, now);
      if (outcome) ticks.push({ schedule: schedule.id, outcome });
    } catch (error) {
      onFault(error, schedule);
    }
  }
  return ticks;
}

async function runIfDue(parts: ScheduleParts, schedule: Schedule, now: Date): Promise<Tick['outcome'] | undefined> {
  const { id, cron, timeZone, lastDueAt } = schedule;
  const dueAt = dueTick(cron, timeZone, lastDueAt, now);
  if (!dueAt) return undefined;
  if (await isUnderWay(parts, schedule)) {
    await parts.schedules.noteTick(id, dueAt, 'skipped');
    return 'skipped';
  }
  const jobId = await submit(parts, schedule, dueAt);
  if (jobId === undefined) return undefined;
  await parts.schedules.noteTick(id, dueAt, { jobId });
  return 'submitted';
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
  schedule: Schedule,
  dueAt: Date,
): Promise<string | undefined> {
  const { id, dealerId, fetchType } = schedule;
  const dealer = await dealers.find(dealerId);
  if (!dealer) return undefined;
  const data: FetchData = {
    dealerId,
    fetchType,
    fromTime: localTime(since(schedule, dueAt), dealer.timeZone),
    toTime: localTime(dueAt, dealer.timeZone),
    scheduleId: id,
  };
  const key = `${id}:${dueAt.toISOString()}`;
  const job = { workload: WORKLOAD, width, lane: dealerId, tenant: tenantOf(WORKLOAD, dealerId), data };
  const { jobs } = await lanes.submit([job], { idempotency: { scope: 'schedules', key, fingerprint: key } });
  return jobs[0]?.jobId;
}

/** From when on a tick's job fetches: as far back as the first tick that was missed would have looked. */
function since({ cron, timeZone, lastDueAt, lookbackMinutes }: Schedule, dueAt: Date): Date {
  const first = nextTick(cron, timeZone, lastDueAt) ?? dueAt;
  const from = Math.min(first.getTime(), dueAt.getTime()) - lookbackMinutes * MINUTE_MS;
  return new Date(Math.max(from, dueAt.getTime() - MAX_BACK_MS));
}
