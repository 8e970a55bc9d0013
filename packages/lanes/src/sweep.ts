import { type Names, parseSubject } from '@lanekeeper/contracts';
import type { JetStreamManager } from '@nats-io/jetstream';
import { offerTurns, type Turn } from './turns.ts';
import type { WorkerContext } from './worker-context.ts';

/** Turns offered between two looks at whether the worker drains. */
const PORTION = 1_000;

/**
 * Finds lanes that have commands but too few turns and gives them what is missing: one a slot, as many as the lane has
 * commands, up to its width; a paused lane none. Heals every crash between storing commands and offering turns.
 * @returns how many turns were offered.
 */
export async function sweep(
  context: Pick<WorkerContext, 'lanes' | 'workload' | 'paused' | 'waiting' | 'urgentLanes' | 'draining'>,
): Promise<number> {
  const { lanes, workload, paused, draining } = context;
  const { jsm, names, nc } = lanes;
  const waiting = await commandsPerLane(jsm, names, workload.name, (lane) => context.urgentLanes.add(lane));
  if (waiting.size === 0) return 0;
  const turns = await turnsPerLane(jsm, names, workload.name);
  const missing: Turn[] = [];
  for (const [lane, commands] of waiting) {
    if (paused.has(lane) || (context.waiting.get(lane) ?? 0) > Date.now()) continue;
    context.waiting.delete(lane);
    for (let slot = 0; slot < Math.min(commands, workload.limits.width); slot++) {
      if (!turns.get(lane)?.has(slot)) missing.push({ workload: workload.name, lane, slot });
    }
  }
  let offered = 0;
  // Each turn is a write: tens of thousands take a while, and a worker that stops leaves the rest to the next sweep.
  for (; offered < missing.length && !draining.aborted; offered += PORTION) {
    await offerTurns(nc, names, missing.slice(offered, offered + PORTION));
  }
  return Math.min(offered, missing.length);
}

async function commandsPerLane(
  jsm: JetStreamManager,
  names: Names,
  workload: string,
  onUrgent: (lane: string) => void,
): Promise<Map<string, number>> {
  const lanes = new Map<string, number>();
  for (const [subject, count] of await subjects(jsm, names.commandsStream, names.commandsOf(workload))) {
    const parts = parseSubject(subject);
    if (!parts) continue;
    lanes.set(parts.lane, (lanes.get(parts.lane) ?? 0) + count);
    if (parts.tail !== undefined) onUrgent(parts.lane);
  }
  return lanes;
}

async function turnsPerLane(jsm: JetStreamManager, names: Names, workload: string): Promise<Map<string, Set<number>>> {
  const lanes = new Map<string, Set<number>>();
  for (const [subject] of await subjects(jsm, names.turnsStream, names.turnsOf(workload))) {
    const parts = parseSubject(subject);
    if (parts) lanes.set(parts.lane, (lanes.get(parts.lane) ?? new Set()).add(Number(parts.tail)));
  }
  return lanes;
}

async function subjects(jsm: JetStreamManager, stream: string, filter: string): Promise<[string, number][]> {
  const info = await jsm.streams.info(stream, { subjects_filter: filter });
  return Object.entries(info.state.subjects ?? {});
}
