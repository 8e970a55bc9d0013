import { isTerminal, type JobEvent } from '@lanekeeper/contracts';
import type { Effect } from './effects.ts';

/** What was observed of a run with sequential lanes. */
export type History = {
  /** Acknowledged jobs, per lane in the order of acknowledgement. */
  submitted: ReadonlyMap<string, readonly string[]>;
  effects: readonly Effect[];
  events: readonly JobEvent[];
  fleetLimit: number;
  /** When the NATS server was killed, milliseconds since the epoch. */
  serverKills: readonly number[];
  /** How long after a kill its consequences may show, in milliseconds; default as for a single server. */
  forgottenMs?: number;
  /** Jobs of which a cancel said that they are cancelled. */
  cancelled: readonly string[];
  /** Messages left in COMMANDS and TURNS at the end. */
  left: { commands: number; turns: number };
};

type Interval = { jobId: string; lane: string; attempt: number; worker: string; from: number; to: number; at: number };

/**
 * A killed server forgets the deliveries of its last moments (it writes the state of a consumer every 100 ms): turns taken
 * just before, or being claimed meanwhile, no longer count towards the fleet limit until their command ends.
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
  ];
}

/** An attempt lasts from its start to the last effect it had, also when it was a zombie by then. */
function intervalsOf(effects: readonly Effect[]): Interval[] {
  const intervals = new Map<string, Interval>();
  effects.forEach(({ jobId, lane, attempt, worker, at }, line) => {
    const key = `${jobId}/${attempt}/${worker}`;
    const known = intervals.get(key);
    if (known) known.to = line;
    else intervals.set(key, { jobId, lane, attempt, worker, from: line, to: line, at });
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
    ({ at }) => !serverKills.some((kill) => at > kill - FORGOTTEN_MS.before && at < kill + after),
  );
  const changes = counted
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
  return most > fleetLimit ? [`L5 ${most} handlers ran at once, the fleet limit is ${fleetLimit}`] : [];
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
