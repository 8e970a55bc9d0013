import { readBatch, type StoredMessage } from '../../packages/lanes/src/direct-batch.ts';
import { publishBatch } from '../../packages/lanes/src/publish.ts';
import { openTestbed, type Testbed } from './testbed.ts';

const AT_ONCE = 50;
const PER_LANE = 20;

/**
 * Jobs a second that the same server could do at best with the calls that a backlog needs as it is served now: for 50 lanes
 * of 20 commands at a time a read of each lane, one of the last events, 21 batches of events (the ends of 50 jobs and
 * the starts of the next), and a purge of each lane. No turns, no leases, no handlers, nothing decoded.
 */
export async function rawLimit(count: number, syncInterval?: string): Promise<number> {
  await using bed = await openTestbed(syncInterval);
  const lanes = count / PER_LANE;
  const jobs = Array.from({ length: count }, (_, n) => ({ lane: `l${n % lanes}`, ms: 0 }));
  for (let at = 0; at < count; at += 1_000) await bed.submit(jobs.slice(at, at + 1_000));
  const startedAt = performance.now();
  for (let lane = 0; lane < lanes; lane += AT_ONCE) await drainSome(bed, lane);
  return (count * 1_000) / (performance.now() - startedAt);
}

async function drainSome({ lanes: { nc, names, jsm } }: Testbed, first: number): Promise<void> {
  const lanes = Array.from({ length: AT_ONCE }, (_, n) => names.command('bench', `l${first + n}`));
  const read = (subject: string) =>
    readBatch(nc, names.commandsStream, { seq: 1, next_by_subj: subject, batch: PER_LANE });
  const commands = await Promise.all(lanes.map(read));
  const eventOf = (message: StoredMessage, lane: number) =>
    names.event('bench', `l${first + lane}`, message.header.get('Nats-Msg-Id'));
  const last = new Map<string, number>();
  const subjects = commands.flatMap((ofLane, lane) => ofLane.map((message) => eventOf(message, lane)));
  for (const { subject, seq } of await readBatch(nc, names.eventsStream, { multi_last: subjects }))
    last.set(subject, seq);
  for (let n = 0; n <= PER_LANE; n++) {
    const events = commands.flatMap((ofLane, lane) =>
      [ofLane[n - 1], ofLane[n]].flatMap((message) => {
        if (!message) return [];
        const subject = eventOf(message, lane);
        const expected = String(last.get(subject));
        return [{ subject, data: message.text, headers: { 'Nats-Expected-Last-Subject-Sequence': expected } }];
      }),
    );
    const stored = await publishBatch(nc, events);
    for (const [index, { subject }] of events.entries()) last.set(subject, stored[index]?.seq ?? 0);
  }
  const upTo = Math.max(...commands.flat().map(({ seq }) => seq)) + 1;
  await Promise.all(lanes.map((filter) => jsm.streams.purge(names.commandsStream, { filter, seq: upTo })));
}
