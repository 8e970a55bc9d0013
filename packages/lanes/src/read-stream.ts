import { readBatch, type StoredMessage } from './direct-batch.ts';
import type { Lanes } from './open-lanes.ts';

/** Messages read in one request. */
const PAGE = 500;

/**
 * All messages of a stream under a subject (wildcards allowed), in order, from a sequence on. Reads in pages, without a
 * consumer.
 * @throws LanesError UNAVAILABLE.
 */
export async function* readStream(
  { nc }: Pick<Lanes, 'nc'>,
  stream: string,
  subject: string,
  fromSeq = 1,
): AsyncGenerator<StoredMessage> {
  for (let seq = fromSeq; ; ) {
    const page = await readBatch(nc, stream, { seq, next_by_subj: subject, batch: PAGE });
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < PAGE) return;
    seq = last.seq + 1;
  }
}
