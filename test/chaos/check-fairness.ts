import { isTerminal, type JobEvent } from '@lanekeeper/contracts';
import type { History } from './check-history.ts';

/**
 * How often another lane may be served while a lane waits. In the queue it is once (L4); the rest is for the time between
 * the end of a lane's command and its next turn, which other slots use on a busy machine: up to 11 were seen. Where turns
 * jump the queue it is all of a lane's commands, 33 and more.
 */
const MOST = 20;

/**
 * Every wait of a lane's first command for its start, or in vain, in which some other lane was served too often. Of a
 * sequential workload that runs one command a turn. Pure.
 */
export function findUnfairness({ submitted, events }: Pick<History, 'submitted' | 'events'>): string[] {
  const places = placesOf(events);
  const starts = events.flatMap(({ type, lane }, at) => (type === 'started' ? [{ at, lane }] : []));
  const violations: string[] = [];
  for (const [lane, jobs] of submitted) {
    jobs.forEach((jobId, index) => {
      const place = places.get(jobId);
      const before = jobs[index - 1];
      const headSince = before === undefined ? 0 : places.get(before)?.ended;
      if (!place || headSince === undefined) return; // it never was its lane's first
      const since = Math.max(place.first, headSince);
      const until = place.started ?? events.length;
      const served = Map.groupBy(
        starts.filter(({ at }) => at > since && at < until),
        (start) => start.lane,
      );
      for (const [other, turns] of served) {
        if (other !== lane && turns.length > MOST) {
          violations.push(
            `L4 lane ${lane} waited for job ${index} while lane ${other} was served ${turns.length} times`,
          );
        }
      }
    });
  }
  return violations;
}

type Places = { first: number; started?: number; ended?: number };

/** Where in the log each job was first heard of, started, and ended. */
function placesOf(events: readonly JobEvent[]): Map<string, Places> {
  const places = new Map<string, Places>();
  events.forEach(({ jobId, type }, at) => {
    const place = places.get(jobId) ?? { first: at };
    if (type === 'started') place.started ??= at;
    if (isTerminal(type)) place.ended ??= at;
    places.set(jobId, place);
  });
  return places;
}
