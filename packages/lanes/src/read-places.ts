import { isTerminal, type JobEvent, type LaneQueue } from '@lanekeeper/contracts';
import { decodeEvent } from './codec.ts';
import { placesOf } from './places.ts';
import { readLane, type StoredCommand } from './read-lane.ts';
import type { WorkerContext } from './worker-context.ts';

/** A command that has one of its lane's places, with its job's last event. */
export type Place = { stored: StoredCommand; last: JobEvent | undefined };

/** Commands that are over but still there are read past, so many at once. */
const SLACK = 8;

/**
 * The places of a wide lane (places.ts) as they are now. What is found to be over goes to `onOver`.
 * @throws LanesError UNAVAILABLE, INVALID_EVENT.
 */
export async function readPlaces(
  context: Pick<WorkerContext, 'lanes' | 'workload'>,
  lane: string,
  onOver: (over: StoredCommand) => void = () => {},
): Promise<Place[]> {
  const { width } = context.workload.limits;
  const [normal, high] = await Promise.all([
    readOpen(context, lane, 'normal', onOver),
    readOpen(context, lane, 'high', onOver),
  ]);
  return placesOf(width, { normal, high });
}

async function readOpen(
  { lanes, workload }: Pick<WorkerContext, 'lanes' | 'workload'>,
  lane: string,
  queue: LaneQueue,
  onOver: (over: StoredCommand) => void,
): Promise<Place[]> {
  const { width } = workload.limits;
  const open: Place[] = [];
  for (let from = 1; open.length < width; ) {
    const window = await readLane(lanes, { workload: workload.name, lane, queue, from, limit: width + SLACK });
    for (const stored of window.commands) {
      const last = stored.last && decodeEvent(stored.last.text);
      if (last && isTerminal(last.type)) onOver(stored);
      else open.push({ stored, last });
      from = stored.seq + 1;
    }
    if (!window.more) break;
  }
  return open.slice(0, width);
}
