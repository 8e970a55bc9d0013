import type { StoredMsg } from '@nats-io/jetstream';
import { LanesError } from './errors.ts';
import type { Lanes } from './open-lanes.ts';
import { whileConnected } from './while-connected.ts';

/** Messages read in one request. */
const PAGE = 500;
/** Status of an answer without messages. */
const NOT_FOUND = 404;

/**
 * All messages of a stream under a subject (wildcards allowed), in order, from a sequence on. Reads in pages, without a
 * consumer.
 * @throws LanesError UNAVAILABLE.
 */
export async function* readStream(
  { nc, jsm }: Pick<Lanes, 'nc' | 'jsm'>,
  stream: string,
  subject: string,
  fromSeq = 1,
): AsyncGenerator<StoredMsg> {
  for (let seq = fromSeq; ; ) {
    const page = await whileConnected(nc, () => readPage(jsm, stream, subject, seq));
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < PAGE) return;
    seq = last.seq + 1;
  }
}

async function readPage(jsm: Lanes['jsm'], stream: string, subject: string, seq: number): Promise<StoredMsg[]> {
  try {
    const page: StoredMsg[] = [];
    const query = { seq, next_by_subj: subject, batch: PAGE };
    for await (const message of await jsm.direct.getBatch(stream, query)) page.push(message);
    return page;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === NOT_FOUND) return [];
    throw new LanesError('UNAVAILABLE', `the stream ${stream} could not be read`, { cause });
  }
}
