import { names, parseSubject } from '@lanekeeper/contracts';
import { LinkedAbort } from '@lanekeeper/service-kit';
import type { JetStreamClient } from '@nats-io/jetstream';
import { decodeEvent } from '../projection/decode-event.ts';
import { followEvents } from '../projection/follow-events.ts';
import { inBatches } from '../projection/in-batches.ts';
import { type EventFilter, matches } from './event-filter.ts';
import type { RecentEvent } from './recent-events.ts';
import type { TenantDirectory } from './tenant-directory.ts';
import { toRecent } from './to-recent.ts';

/** What reading the past needs. */
export type CatchUpDeps = { js: JetStreamClient; prefix: string; directory: TenantDirectory };

/** The range to read: after a sequence, up to and with an event that is known to be stored. */
export type CatchUpRange = { after: number; upTo: { seq: number; subject: string } };

const BATCH = { items: 200, bytes: 1024 * 1024, sizeOf: (event: { data: Uint8Array }) => event.data.byteLength };

/**
 * Yields the events of a range, by a consumer of its own that only sees the wanted subjects. The range's last event is
 * among those subjects, wanted or not: meeting it proves that nothing before it is still to come, even where the server
 * that answers lags behind.
 */
export async function* catchUp(
  deps: CatchUpDeps,
  filter: EventFilter,
  { after, upTo }: CatchUpRange,
  signal: AbortSignal,
): AsyncGenerator<RecentEvent[]> {
  const { js, prefix, directory } = deps;
  const stream = names(prefix).eventsStream;
  using done = new LinkedAbort([signal]);
  const subjects = subjectsFor(prefix, filter, upTo.subject);
  const messages = followEvents(js, { stream, from: after + 1, subjects, name: 'resume', signal: done.signal });
  try {
    for await (const batch of inBatches(messages, BATCH)) {
      const wanted = batch
        .filter(({ seq }) => seq <= upTo.seq)
        .map(({ seq, subject, data }) => ({ seq, subject, data }));
      yield await toRecent(wanted.map(decodeEvent), directory);
      if (batch.some(({ seq }) => seq >= upTo.seq)) return;
    }
  } finally {
    done.abort();
  }
}

/** Subjects that cover the filter and the last event without overlapping, which the server refuses. */
function subjectsFor(prefix: string, { jobId, lane, workload }: EventFilter, lastSubject: string): string[] {
  const wanted = names(prefix).eventsOf({
    ...(jobId === undefined ? {} : { jobId }),
    ...(lane === undefined ? {} : { lane }),
    ...(workload === undefined ? {} : { workload }),
  });
  const parts = parseSubject(lastSubject);
  const about = parts && { jobId: parts.tail ?? '', lane: parts.lane, workload: parts.workload, tenant: undefined };
  const isCovered = about !== undefined && matches({ jobId, lane, workload, tenants: undefined }, about);
  return isCovered ? [wanted] : [wanted, lastSubject];
}
