import { isTerminal, type JobEvent } from '@lanekeeper/contracts';
import type { Effect } from './effects.ts';

/** What was observed of a run with sequential lanes. */
export type History = {
  /** Acknowledged jobs, per lane in the order of acknowledgement. */
  submitted: ReadonlyMap<string, readonly string[]>;
  effects: readonly Effect[];
  events: readonly JobEvent[];
  /** Of each workload. */
  fleetLimit: number;
  /** Least time between two jobs of a lane, by workload, in milliseconds. */
  minGapMs: ReadonlyMap<string, number>;
  /** When the NATS server was killed, and when it was back, milliseconds since the epoch. */
  serverKills: readonly { at: number; back: number }[];
  /** How long after it was back the consequences of a kill may show, in milliseconds; default as for a single server. */
  forgottenMs?: number;
  /** Jobs of which a cancel said that they are cancelled. */
  cancelled: readonly string[];
  /** Running jobs of which a cancel said that they will be, and when, milliseconds since the epoch. */
  forced: readonly { jobId: string; at: number }[];
  /** Messages left in COMMANDS and TURNS at the end. */
  left: { commands: number; turns: number };
};

type Interval = Pick<Effect, 'jobId' | 'workload' | 'lane' | 'attempt' | 'worker'> & {
  /** Places of the first and the last effect. */
  from: number;
  to: number;
  /** Their times. */
  at: number;
  until: number;
};

/**
 * A killed server forgets which turns it had delivered: those that are being served count again towards the fleet limit
 * when it has delivered them anew, which it does first.
 */
const FORGOTTEN_MS = { before: 250, after: 1_500 };

/** Every way in which a history breaks the promises of the lanes; empty when it keeps them. Pure. */
export function findViolations(history: History): string[] {
  const intervals = intervalsOf(history.effects);
  return [
    ...endedOnce(history),
    ...neverOverlapping(intervals),
    ...inOrder(history, intervals),
    ...withinFleet(history, intervals),
    ...nothingLeft(history),
    ...cancelledNeverRan(history, intervals),
    ...cancelledAsSaid(history),
    ...forcedStaysForced(history, intervals),
    ...neverEarly(history, intervals),
    ...keepingDistance(history, intervals),
  ];
}

/**
 * An attempt lasts from its start to the last effect it had, also when it was a zombie by then. An effect counts from when
 * its handler was told that it still owns the job: a process that is stopped between that and the effect acts late, which
 * no engine can prevent, only the receiver. In the same millisecond the order of the effects themselves counts.
 */
function intervalsOf(effects: readonly Effect[]): Interval[] {
  const intervals = new Map<string, Interval>();
  const inTime = effects.toSorted((a, b) => a.at - b.at);
  inTime.forEach(({ jobId, workload, lane, attempt, worker, at }, line) => {
    const key = `${jobId}/${attempt}/${worker}`;
    const known = intervals.get(key);
    if (known) Object.assign(known, { to: line, until: at });
    else intervals.set(key, { jobId, workload, lane, attempt, worker, from: line, to: line, at, until: at });
  });
  return [...intervals.values()];
}

function endedOnce({ submitted, events }: History): string[] {
  const endings = new Map<string, string[]>();
  for (const event of events) {
    if (isTerminal(event.type)) endings.set(event.jobId, [...(endings.get(event.jobId) ?? []), event.type]);
  }
  return [...submitted.values()].flat().flatMap((jobId) => {
    const ends = endings.get(jobId) ?? [];
    return ends.length === 1 ? [] : [`L8 job ${jobId} ended ${ends.length} times: ${ends.join(', ')}`];
  });
}

function neverOverlapping(intervals: readonly Interval[]): string[] {
  const violations: string[] = [];
  for (const lane of Map.groupBy(intervals, ({ lane }) => lane).values()) {
    const sorted = lane.toSorted((a, b) => a.from - b.from);
    sorted.slice(1).forEach((next, index) => {
      const previous = sorted[index];
      if (previous && previous.to > next.from) {
        violations.push(
          `L2 lane ${next.lane}: ${next.jobId} (attempt ${next.attempt}) began at ${next.from} while ` +
            `${previous.jobId} (attempt ${previous.attempt}) acted until ${previous.to}`,
        );
      }
    });
  }
  return violations;
}

function inOrder({ submitted }: History, intervals: readonly Interval[]): string[] {
  const violations: string[] = [];
  const perLane = Map.groupBy(intervals, ({ lane }) => lane);
  for (const [lane, jobs] of submitted) {
    const rank = new Map(jobs.map((jobId, index) => [jobId, index]));
    let highest = -1;
    for (const { jobId, from } of (perLane.get(lane) ?? []).toSorted((a, b) => a.from - b.from)) {
      const place = rank.get(jobId);
      if (place === undefined) continue; // its submit was never acknowledged
      if (place < highest) violations.push(`L1 lane ${lane}: job ${place} started at ${from}, after job ${highest}`);
      highest = Math.max(highest, place);
    }
  }
  return violations;
}

function withinFleet({ fleetLimit, serverKills, forgottenMs }: History, intervals: readonly Interval[]): string[] {
  const after = forgottenMs ?? FORGOTTEN_MS.after;
  const counted = intervals.filter(
    ({ at }) => !serverKills.some((kill) => at > kill.at - FORGOTTEN_MS.before && at < kill.back + after),
  );
  return [...Map.groupBy(counted, ({ workload }) => workload)].flatMap(([workload, ofWorkload]) => {
    const most = mostAtOnce(ofWorkload);
    return most > fleetLimit ? [`L5 ${most} handlers of ${workload} ran at once, the limit is ${fleetLimit}`] : [];
  });
}

function mostAtOnce(intervals: readonly Interval[]): number {
  const changes = intervals
    .flatMap(({ from, to }) => [
      [from, 1],
      [to + 0.5, -1],
    ])
    .toSorted(([a = 0], [b = 0]) => a - b);
  let inFlight = 0;
  let most = 0;
  for (const [, change = 0] of changes) {
    inFlight += change;
    most = Math.max(most, inFlight);
  }
  return most;
}

function nothingLeft({ left }: History): string[] {
  return left.commands + left.turns === 0
    ? []
    : [`L6 ${left.commands} commands and ${left.turns} turns were left behind`];
}

/** A job that was cancelled while it waited does not run, and one that was cancelled while it ran does not run again. */
function cancelledNeverRan({ events }: History, intervals: readonly Interval[]): string[] {
  const attempts = new Set<string>();
  const cancelled = new Set<string>();
  for (const event of events) {
    if (event.type === 'cancelled') cancelled.add(event.jobId);
    if (event.type === 'started' && !cancelled.has(event.jobId)) attempts.add(`${event.jobId}/${event.attempt}`);
  }
  return intervals
    .filter(({ jobId, attempt }) => cancelled.has(jobId) && !attempts.has(`${jobId}/${attempt}`))
    .map(({ jobId }) => `cancelled job ${jobId} ran`);
}

function cancelledAsSaid({ cancelled, events }: History): string[] {
  const ends = new Map(events.filter(({ type }) => isTerminal(type)).map(({ jobId, type }) => [jobId, type]));
  return cancelled
    .filter((jobId) => ends.get(jobId) !== 'cancelled')
    .map((jobId) => `job ${jobId} was said to be cancelled, but ended as ${ends.get(jobId)}`);
}

/** What was claimed after a forced cancel was answered does not run: whoever claims it finds that it is cancelled. */
function forcedStaysForced({ forced, events }: History, intervals: readonly Interval[]): string[] {
  const answered = new Map(forced.map(({ jobId, at }) => [jobId, at]));
  const late = new Set<string>();
  for (const event of events) {
    const at = answered.get(event.jobId);
    if (at !== undefined && event.type === 'started' && Date.parse(event.at) > at) {
      late.add(`${event.jobId}/${event.attempt}`);
    }
  }
  return intervals
    .filter(({ jobId, attempt }) => late.has(`${jobId}/${attempt}`))
    .map(({ jobId, attempt }) => `job ${jobId} ran (attempt ${attempt}) although it was to be cancelled`);
}

function neverEarly({ events }: History, intervals: readonly Interval[]): string[] {
  const runAt = new Map<string, number>();
  for (const event of events)
    if ('job' in event && event.job.runAt) runAt.set(event.jobId, Date.parse(event.job.runAt));
  return intervals
    .filter(({ jobId, at }) => at < (runAt.get(jobId) ?? 0))
    .map(({ jobId, at }) => `job ${jobId} ran ${(runAt.get(jobId) ?? 0) - at} ms too early`);
}

function keepingDistance({ minGapMs }: History, intervals: readonly Interval[]): string[] {
  const violations: string[] = [];
  for (const lane of Map.groupBy(intervals, ({ lane }) => lane).values()) {
    const sorted = lane.toSorted((a, b) => a.from - b.from);
    sorted.slice(1).forEach(({ at, jobId, lane, workload }, index) => {
      const previous = sorted[index];
      const gap = minGapMs.get(workload) ?? 0;
      if (previous && previous.jobId !== jobId && at - previous.until < gap) {
        violations.push(`lane ${lane}: ${jobId} began ${at - previous.until} ms after ${previous.jobId}, not ${gap}`);
      }
    });
  }
  return violations;
}
