import { AckPolicy, jetstream } from '@nats-io/jetstream';
import { publishBatch } from '../../packages/lanes/src/publish.ts';
import { openTestbed } from './testbed.ts';

const AT_ONCE = 50;

/**
 * Jobs a second that the same server could do at best: for 50 jobs at a time one pull, two batches of events, and the
 * acknowledgements. No lanes, no turns, no leases, no reads.
 */
export async function rawLimit(count: number, syncInterval?: string): Promise<number> {
  await using bed = await openTestbed(syncInterval);
  const { nc, names, jsm } = bed.lanes;
  for (let at = 0; at < count; at += 1_000) {
    await bed.submit(Array.from({ length: Math.min(1_000, count - at) }, (_, n) => ({ lane: `l${n}`, ms: 0 })));
  }
  await jsm.consumers.add(names.commandsStream, { durable_name: 'raw', ack_policy: AckPolicy.Explicit });
  const consumer = await jetstream(nc).consumers.get(names.commandsStream, 'raw');
  const startedAt = performance.now();
  for (let done = 0; done < count; ) {
    const pulled: { data: string; ack: () => void }[] = [];
    for await (const message of await consumer.fetch({ max_messages: AT_ONCE, expires: 1_000 })) {
      pulled.push({ data: message.string(), ack: () => message.ack() });
    }
    for (const type of ['started', 'completed']) {
      const subject = (n: number) => names.event('raw', `l${n}`, `${type}-${done + n}`);
      await publishBatch(
        nc,
        pulled.map(({ data }, n) => ({ subject: subject(n), data })),
      );
    }
    for (const { ack } of pulled) ack();
    done += pulled.length;
  }
  await nc.flush();
  return (count * 1_000) / (performance.now() - startedAt);
}
