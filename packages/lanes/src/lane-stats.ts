import { parseSubject } from '@lanekeeper/contracts';
import type { Lanes } from './open-lanes.ts';
import { pausedLanes } from './pause-lane.ts';
import { whileConnected } from './while-connected.ts';

/** A lane with commands, or paused, or both. */
export type LaneStats = {
  workload: string;
  lane: string;
  /** Commands whose jobs are not over: waiting or running. */
  commands: number;
  /** When the oldest of them was stored, ISO 8601 in UTC. */
  oldestAt?: string;
  /** Why and since when the lane is paused. */
  paused?: { reason: string; since: string };
};

/** A workload at a glance. */
export type WorkloadStats = {
  workload: string;
  /** Commands whose jobs are not over. */
  commands: number;
  /** Lanes that have any. */
  lanes: number;
  pausedLanes: number;
  /** Turns that wait for a worker slot or are being served. */
  turns: number;
  oldestAt?: string;
};

/** Lanes at most in one answer, the fullest first, and how many there are. */
export type LanesPage = { lanes: LaneStats[]; total: number };

type Deps = Pick<Lanes, 'nc' | 'jsm' | 'names'>;

/** Requests under way at once. */
const AT_ONCE = 50;

/**
 * The lanes of a workload: from the stream's subject counts, one request however many there are, and one for each lane
 * shown.
 * @throws LanesError UNAVAILABLE, or the server's error.
 */
export async function listLanes(deps: Deps, workload: string, limit: number): Promise<LanesPage> {
  const [counts, paused] = await Promise.all([commandsPerLane(deps, workload), pausedLanes(deps, workload)]);
  const lanes = new Map<string, LaneStats>();
  for (const [lane, commands] of counts) lanes.set(lane, { workload, lane, commands });
  for (const { lane, reason, since } of paused) {
    lanes.set(lane, { ...(lanes.get(lane) ?? { workload, lane, commands: 0 }), paused: { reason, since } });
  }
  const fullest = [...lanes.values()].toSorted((a, b) => b.commands - a.commands || (a.lane < b.lane ? -1 : 1));
  return { lanes: await withOldest(deps, fullest.slice(0, limit)), total: lanes.size };
}

/** One lane; with no commands when there is none of this name. @throws as {@link listLanes}. */
export async function showLane(deps: Deps, workload: string, lane: string): Promise<LaneStats> {
  const filters = queuesOf(deps, workload, lane);
  const [counts, paused] = await Promise.all([
    Promise.all(filters.map(async (filter) => (await subjects(deps, filter))[filter] ?? 0)),
    pausedLanes(deps, workload),
  ]);
  const pause = paused.find((known) => known.lane === lane);
  const stats: LaneStats = { workload, lane, commands: counts.reduce((sum, count) => sum + count, 0) };
  if (pause) stats.paused = { reason: pause.reason, since: pause.since };
  const [shown = stats] = await withOldest(deps, [stats]);
  return shown;
}

/** A workload at a glance. @throws as {@link listLanes}. */
export async function showWorkload(deps: Deps, workload: string): Promise<WorkloadStats> {
  const { nc, jsm, names } = deps;
  const [counts, paused, turns] = await Promise.all([
    commandsPerLane(deps, workload),
    pausedLanes(deps, workload),
    whileConnected(nc, () => jsm.streams.info(names.turnsStream, { subjects_filter: names.turnsOf(workload) })),
  ]);
  const commands = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const oldestAt = commands > 0 ? await oldest(deps, names.commandsOf(workload)) : undefined;
  return {
    workload,
    commands,
    lanes: counts.size,
    pausedLanes: paused.length,
    turns: Object.keys(turns.state.subjects ?? {}).length,
    ...(oldestAt ? { oldestAt } : {}),
  };
}

async function commandsPerLane(deps: Deps, workload: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const [subject, count] of Object.entries(await subjects(deps, deps.names.commandsOf(workload)))) {
    const lane = parseSubject(subject)?.lane;
    if (lane !== undefined) counts.set(lane, (counts.get(lane) ?? 0) + count);
  }
  return counts;
}

async function subjects({ nc, jsm, names }: Deps, filter: string): Promise<Record<string, number>> {
  const info = await whileConnected(nc, () => jsm.streams.info(names.commandsStream, { subjects_filter: filter }));
  return info.state.subjects ?? {};
}

async function withOldest(deps: Deps, lanes: readonly LaneStats[]): Promise<LaneStats[]> {
  const shown: LaneStats[] = [];
  for (let at = 0; at < lanes.length; at += AT_ONCE) {
    const some = lanes.slice(at, at + AT_ONCE).map(async (lane) => {
      if (lane.commands === 0) return lane;
      const oldestAt = await oldestOf(deps, queuesOf(deps, lane.workload, lane.lane));
      return oldestAt ? { ...lane, oldestAt } : lane;
    });
    shown.push(...(await Promise.all(some)));
  }
  return shown;
}

function queuesOf({ names }: Deps, workload: string, lane: string): string[] {
  return [names.command(workload, lane), names.command(workload, lane, 'high')];
}

async function oldestOf(deps: Deps, subjects: readonly string[]): Promise<string | undefined> {
  const times = await Promise.all(subjects.map((subject) => oldest(deps, subject)));
  return times.filter((time) => time !== undefined).toSorted()[0];
}

async function oldest({ nc, jsm, names }: Deps, subject: string): Promise<string | undefined> {
  const query = { next_by_subj: subject, seq: 1 };
  const message = await whileConnected(nc, () => jsm.direct.getMessage(names.commandsStream, query));
  return message?.time.toISOString();
}
