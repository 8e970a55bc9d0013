import { isTerminal, type JobEvent } from '@lanekeeper/contracts';
import type { History } from './check-history.ts';

/** What of a run the checker looks at. `turns`: when each turn was stored, by its sequence, milliseconds since the epoch. */
export type FairnessHistory = Pick<History, 'submitted' | 'events'> & { turns: ReadonlyMap<number, number> };

/**
 * Every wait of a lane's first command, from when its turn is in the queue to its start, or in vain, in which the turn of
 * some other lane that stood before it was delivered more than once (L4). Of a sequential workload that runs one command
 * a turn, without faults. Pure.
 */
export function findUnfairness({ submitted, events, turns }: FairnessHistory): string[] {
  const places = placesOf(events);
  const starts = events.flatMap((event, place) => (event.type === 'started' ? [{ ...event, place }] : []));
  const violations: string[] = [];
  for (const [lane, jobs] of submitted) {
    jobs.forEach((jobId, index) => {
      const place = places.get(jobId);
      const before = jobs[index - 1];
      const headSince = before === undefined ? 0 : places.get(before)?.ended;
      if (!place || headSince === undefined) return; // it never was its lane's first
      const since = Math.max(place.first, headSince);
      const until = place.started ?? events.length;
      const turn = place.turn ?? Number.POSITIVE_INFINITY;
      const inQueue = turns.get(turn) ?? 0;
      const meanwhile = starts.filter((start) => start.place > since && start.place < until);
      const ahead = meanwhile.filter(({ workload, at, delivery }) => {
        // Each workload has a queue of its own.
        return workload === place.workload && Date.parse(at) > inQueue && (delivery?.turn ?? 0) < turn;
      });
      for (const [other, served] of Map.groupBy(ahead, (start) => start.lane)) {
        const deliveries = new Set(served.map(({ delivery }) => `${delivery?.turn} ${delivery?.count}`)).size;
        if (other !== lane && deliveries > 1) {
          violations.push(`L4 lane ${lane} waited for job ${index} while lane ${other} was served ${deliveries} times`);
        }
      }
    });
  }
  return violations;
}

type Places = { first: number; started?: number; ended?: number; turn?: number | undefined; workload: string };

/** Where in the log each job was first heard of, started, and ended; and under which turn it started. */
function placesOf(events: readonly JobEvent[]): Map<string, Places> {
  const places = new Map<string, Places>();
  events.forEach((event, at) => {
    const { jobId, type, workload } = event;
    const place = places.get(jobId) ?? { first: at, workload };
    if (type === 'started') {
      place.started ??= at;
      place.turn ??= event.delivery?.turn;
    }
    if (isTerminal(type)) place.ended ??= at;
    places.set(jobId, place);
  });
  return places;
}
