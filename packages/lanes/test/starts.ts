import type { JobEvent } from '@lanekeeper/contracts';
import type { Lanes } from '../src/mod.ts';

/** Events read at once. */
const BATCH = 500;

/** All events of a namespace in the order in which they were stored. */
export async function allEvents({ jsm, names }: Lanes): Promise<JobEvent[]> {
  const { state } = await jsm.streams.info(names.eventsStream);
  const events: JobEvent[] = [];
  for (let seq = state.first_seq; seq <= state.last_seq; ) {
    for await (const message of await jsm.direct.getBatch(names.eventsStream, { seq, batch: BATCH })) {
      events.push(message.json<JobEvent>());
      seq = message.seq + 1;
    }
  }
  return events;
}

/** The lanes of all `started` events, in the order in which they were stored: who was served, and when. */
export async function lanesServed(lanes: Lanes): Promise<string[]> {
  return (await allEvents(lanes)).filter(({ type }) => type === 'started').map(({ lane }) => lane);
}

/** How often each element occurs. */
export function tally(elements: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const element of elements) counts.set(element, (counts.get(element) ?? 0) + 1);
  return counts;
}

/** Jain's index of fairness: 1 when all shares are equal, 1/n when one has everything. */
export function jainIndex(shares: readonly number[]): number {
  const sum = shares.reduce((total, share) => total + share, 0);
  const squares = shares.reduce((total, share) => total + share * share, 0);
  return squares === 0 ? 0 : (sum * sum) / (shares.length * squares);
}
