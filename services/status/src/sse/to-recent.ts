import type { DecodedEvent } from '../projection/decode-event.ts';
import { eventFrame } from './frames.ts';
import type { RecentEvent } from './recent-events.ts';
import type { TenantDirectory } from './tenant-directory.ts';

/** Prepares decoded events for sending. @throws database errors from looking up tenants. */
export async function toRecent(decoded: readonly DecodedEvent[], directory: TenantDirectory): Promise<RecentEvent[]> {
  const events = decoded.flatMap(({ event }) => (event === undefined ? [] : [event]));
  const tenants = await directory.tenantsOf(events);
  return decoded.map(({ seq, subject, event }) => {
    if (event === undefined) return { seq, subject };
    const { jobId, lane, workload } = event;
    return {
      seq,
      subject,
      frame: eventFrame(seq, event),
      about: { jobId, lane, workload, tenant: tenants.get(jobId) },
    };
  });
}
