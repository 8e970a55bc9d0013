import { EventEmitter, once } from 'node:events';

/** Bounds of a batch. */
export type BatchBounds<T> = { items: number; bytes: number; sizeOf: (item: T) => number };

/**
 * Gathers what a source yields while the consumer is busy: each batch is all that has arrived since the last one, within
 * bounds. Nothing waits for a batch to fill, so an idle system adds no delay. Holds back the source at two full batches.
 */
export async function* inBatches<T>(source: AsyncIterable<T>, bounds: BatchBounds<T>): AsyncGenerator<T[]> {
  const gathered = new Gathered<T>(bounds);
  const pumping = gathered.pump(source);
  try {
    for (let batch = await gathered.take(); batch; batch = await gathered.take()) yield batch;
  } finally {
    gathered.close();
    void pumping.catch(() => undefined); // its error was thrown by take, or nobody waits for it any more
  }
}

class Gathered<T> {
  readonly #bounds: BatchBounds<T>;
  readonly #changed = new EventEmitter();
  #items: T[] = [];
  #bytes = 0;
  #over = false;
  #closed = false;
  #error: unknown;

  constructor(bounds: BatchBounds<T>) {
    this.#bounds = bounds;
  }

  async pump(source: AsyncIterable<T>): Promise<void> {
    try {
      for await (const item of source) {
        if (this.#closed) return;
        this.#items.push(item);
        this.#bytes += this.#bounds.sizeOf(item);
        this.#changed.emit('more');
        while (this.#isFull() && !this.#closed) await once(this.#changed, 'less');
      }
    } catch (error) {
      this.#error = error;
    } finally {
      this.#over = true;
      this.#changed.emit('more');
    }
  }

  async take(): Promise<T[] | undefined> {
    while (this.#items.length === 0 && !this.#over) await once(this.#changed, 'more');
    if (this.#items.length === 0) {
      if (this.#error !== undefined) throw this.#error;
      return undefined;
    }
    const batch = this.#items.splice(0, this.#batchLength());
    for (const item of batch) this.#bytes -= this.#bounds.sizeOf(item);
    this.#changed.emit('less');
    return batch;
  }

  close(): void {
    this.#closed = true;
    this.#changed.emit('less');
  }

  #isFull(): boolean {
    return this.#items.length >= 2 * this.#bounds.items || this.#bytes >= 2 * this.#bounds.bytes;
  }

  #batchLength(): number {
    let bytes = 0;
    const end = this.#items.findIndex((item, index) => {
      bytes += this.#bounds.sizeOf(item);
      return index > 0 && (index >= this.#bounds.items || bytes > this.#bounds.bytes);
    });
    return end === -1 ? this.#items.length : end;
  }
}
