import { once } from 'node:events';
import type { JobEventType } from '@lanekeeper/contracts';
import { EventSource } from 'eventsource';
import type { TimelineEvent } from './job-details.ts';

const TYPES: Record<JobEventType, true> = {
  queued: true,
  started: true,
  progressed: true,
  'effect-intended': true,
  'retry-scheduled': true,
  completed: true,
  failed: true,
  cancelled: true,
  uncertain: true,
  resolved: true,
};

/** What came over the event stream so far, in the order it came. */
export type Followed = Disposable & { readonly events: readonly TimelineEvent[] };

/** Follows all events like a browser: an EventSource, which comes back by itself with `Last-Event-ID`. */
export async function followEvents(url: string): Promise<Followed> {
  const events: TimelineEvent[] = [];
  const source = new EventSource(`${url}/v1/events`);
  for (const type of Object.keys(TYPES)) {
    source.addEventListener(type, ({ data, lastEventId }) => {
      events.push({ ...(JSON.parse(data as string) as TimelineEvent), seq: Number(lastEventId) });
    });
  }
  await once(source, 'open', { signal: AbortSignal.timeout(15_000) });
  return { events, [Symbol.dispose]: () => source.close() };
}
