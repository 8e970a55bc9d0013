import { createInbox, type Msg, type MsgHdrs, type NatsConnection } from '@nats-io/nats-core';
import { LanesError } from './errors.ts';
import { whileConnected } from './while-connected.ts';

/** What to read of a stream in one request: messages from a sequence on under a subject, or the last of each subject. */
export type BatchQuery =
  | { seq: number; next_by_subj: string; batch: number; max_bytes?: number }
  | { multi_last: readonly string[] };

/** A message as it is stored. `pending`: how many more would have followed, or were not there yet. */
export type StoredMessage = {
  seq: number;
  subject: string;
  /** When it was stored. */
  time: Date;
  header: MsgHdrs;
  text: string;
  pending: number;
};

const STATUS = { endOfBatch: 204, notFound: 404 } as const;
/** How long the server may take to answer in full, in milliseconds. */
const TIMEOUT_MS = 5_000;

/**
 * Reads messages of a stream directly, in one request. In place of the client's own (3.4.0), which makes a subscription
 * for each request and never ends it.
 * @throws LanesError UNAVAILABLE.
 */
export async function readBatch(nc: NatsConnection, stream: string, query: BatchQuery): Promise<StoredMessage[]> {
  try {
    return await whileConnected(nc, () => request(nc, stream, query));
  } catch (cause) {
    throw new LanesError('UNAVAILABLE', `the stream ${stream} could not be read`, { cause });
  }
}

function request(nc: NatsConnection, stream: string, query: BatchQuery): Promise<StoredMessage[]> {
  return new Promise((resolve, reject) => {
    const answers = answersOf(nc);
    const messages: StoredMessage[] = [];
    const end = (settle: () => void) => {
      clearTimeout(timer);
      answers.forget(reply);
      settle();
    };
    const reply = answers.expect((error, message) => {
      if (error) return end(() => reject(error));
      const status = message.headers?.code ?? 0;
      if (status === 0) return void messages.push(stored(message));
      if (status === STATUS.endOfBatch || status === STATUS.notFound) return end(() => resolve(messages));
      end(() => reject(new Error(`${status} ${message.headers?.description}`)));
    });
    const timer = setTimeout(() => end(() => reject(new Error('no answer in time'))), TIMEOUT_MS);
    nc.publish(`$JS.API.DIRECT.GET.${stream}`, JSON.stringify(query), { reply });
  });
}

const known = new WeakMap<NatsConnection, Answers>();

function answersOf(nc: NatsConnection): Answers {
  const answers = known.get(nc) ?? new Answers(nc);
  known.set(nc, answers);
  return answers;
}

type Receive = (error: Error | null, message: Msg) => void;

/** One subscription for the answers to all requests of a connection: a request of many messages would need one of its own. */
class Answers {
  readonly #inbox = createInbox();
  readonly #expected = new Map<string, Receive>();
  #count = 0;

  constructor(nc: NatsConnection) {
    nc.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        if (!error) this.#expected.get(message.subject)?.(null, message);
        else for (const receive of this.#expected.values()) receive(error, message);
      },
    });
  }

  /** The subject on which `receive` hears answers from now on. */
  expect(receive: Receive): string {
    this.#count += 1;
    const reply = `${this.#inbox}.${this.#count}`;
    this.#expected.set(reply, receive);
    return reply;
  }

  forget(reply: string): void {
    this.#expected.delete(reply);
  }
}

function stored(message: Msg): StoredMessage {
  const { headers } = message;
  if (!headers) throw new RangeError('a stored message comes with headers');
  return {
    seq: Number(headers.get('Nats-Sequence')),
    subject: headers.get('Nats-Subject'),
    time: new Date(headers.get('Nats-Time-Stamp')),
    header: headers,
    text: message.string(),
    pending: Number(headers.get('Nats-Num-Pending')),
  };
}
