import { once } from 'node:events';
import type { JobEvent } from '@lanekeeper/contracts';
import { EventSource } from 'eventsource';

const TYPES: readonly JobEvent['type'][] = [
  'queued',
  'started',
  'progressed',
  'effect-intended',
  'retry-scheduled',
  'completed',
  'failed',
  'cancelled',
  'uncertain',
  'resolved',
];

/**
 * Follows the events of one lane, live. Resolves once the stream is open, so that nothing submitted afterwards
 * is missed. A broken connection is made again from the last event on. Returns what closes it.
 */
export async function followLane(
  gateway: string,
  lane: { workload: string; lane: string },
  onEvent: (event: JobEvent) => void,
): Promise<() => void> {
  const url = new URL('/v1/events', gateway);
  url.search = new URLSearchParams(lane).toString();
  const source = new EventSource(url);
  const take = (message: MessageEvent) => onEvent(JSON.parse(message.data as string) as JobEvent);
  for (const type of ['message', ...TYPES]) source.addEventListener(type, take as (event: Event) => void);
  await once(source, 'open', { signal: AbortSignal.timeout(15_000) });
  return () => source.close();
}
