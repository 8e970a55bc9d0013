import type { NatsConnection } from '@nats-io/nats-core';
import { readBatch, type StoredMessage } from './direct-batch.ts';

/** Subjects that one request asks for at most. */
const MOST = 500;
/** Requests under way at once: what is asked for meanwhile goes together. */
const AT_ONCE = 2;

type Waiting = {
  subjects: readonly string[];
  resolve: (last: ReadonlyMap<string, StoredMessage>) => void;
  reject: (error: unknown) => void;
};

/** Reads the last messages of subjects of one stream; what several callers ask for at the same time goes in one request. */
export class GroupRead {
  readonly #nc: NatsConnection;
  readonly #stream: string;
  readonly #queue: Waiting[] = [];
  #underWay = 0;
  #due = false;

  constructor(nc: NatsConnection, stream: string) {
    this.#nc = nc;
    this.#stream = stream;
  }

  /** The last messages of those subjects that have any, by subject, perhaps with others. @throws LanesError UNAVAILABLE. */
  lastOf(subjects: readonly string[]): Promise<ReadonlyMap<string, StoredMessage>> {
    if (subjects.length === 0) return Promise.resolve(new Map());
    return new Promise((resolve, reject) => {
      this.#queue.push({ subjects, resolve, reject });
      this.#depart();
    });
  }

  #depart(): void {
    if (this.#due) return;
    this.#due = true;
    setImmediate(() => {
      this.#due = false;
      if (this.#queue.length > 0 && this.#underWay < AT_ONCE) void this.#read(takeSome(this.#queue));
    });
  }

  async #read(callers: readonly Waiting[]): Promise<void> {
    this.#underWay += 1;
    try {
      const wanted = [...new Set(callers.flatMap(({ subjects }) => subjects))];
      const last = await readBatch(this.#nc, this.#stream, { multi_last: wanted });
      const bySubject = new Map(last.map((message) => [message.subject, message]));
      for (const { resolve } of callers) resolve(bySubject);
    } catch (error) {
      for (const { reject } of callers) reject(error);
    } finally {
      this.#underWay -= 1;
      this.#depart();
    }
  }
}

/** Takes callers off the queue whose subjects go in one request; at least one. */
function takeSome(queue: Waiting[]): Waiting[] {
  const some: Waiting[] = [];
  let count = 0;
  for (let next = queue[0]; next; next = queue[0]) {
    count += next.subjects.length;
    if (some.length > 0 && count > MOST) break;
    queue.shift();
    some.push(next);
  }
  return some;
}
