import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';
import type { Lanes } from './open-lanes.ts';
import { publishOne } from './publish.ts';
import { whileConnected } from './while-connected.ts';

type Links = Pick<Lanes, 'nc' | 'jsm' | 'names'>;

/**
 * Changes how many commands of a workload may run at once over all workers, at once: what runs beyond a lower limit ends
 * first. It holds from now on for all workers, in place of what they are configured with; a limit above what their slots
 * come to waits for more workers.
 * @throws RangeError for a limit that is not a whole number from 1; LanesError UNAVAILABLE.
 */
export async function setFleetLimit({ nc, jsm, names }: Links, workload: string, limit: number): Promise<void> {
  if (!Number.isInteger(limit) || limit < 1) throw new RangeError('a fleet limit is a whole number from 1');
  await publishOne(nc, { subject: names.fleetLimit(workload), data: String(limit) });
  try {
    const [stream, consumer] = [names.turnsStream, names.turnsConsumer(workload)];
    await whileConnected(nc, () => jsm.consumers.update(stream, consumer, { max_ack_pending: limit }));
  } catch (error) {
    // No worker yet: the first one makes the consumer, with this limit.
    if (!(error instanceof JetStreamApiError && error.code === JetStreamApiCodes.ConsumerNotFound)) throw error;
  }
}

/** The limit that was set at run time; undefined when there is none. */
export async function readFleetLimit({ nc, jsm, names }: Links, workload: string): Promise<number | undefined> {
  const query = { last_by_subj: names.fleetLimit(workload) };
  const stored = await whileConnected(nc, () => jsm.direct.getMessage(names.lanesBucketStream, query));
  const limit = Number(stored?.string());
  return Number.isInteger(limit) && limit >= 1 ? limit : undefined;
}
