import type { FilteredEvent } from './event-filter.ts';

/** An event ready to be sent. An event that could not be read has a place in the order but no `frame`. */
export type RecentEvent = { seq: number; subject: string; frame?: string; about?: FilteredEvent };

/** The newest events, bounded in number and size, shared by all streams. */
export class RecentEvents {
  readonly #maxEvents: number;
  readonly #maxChars: number;
  #events: RecentEvent[] = [];
  #chars = 0;
  #floor: number;

  /** `floor`: nothing up to this sequence will be asked for that is not covered from elsewhere. */
  constructor(floor: number, { maxEvents, maxChars }: { maxEvents: number; maxChars: number }) {
    this.#floor = floor;
    this.#maxEvents = maxEvents;
    this.#maxChars = maxChars;
  }

  /** The newest event; undefined when there is none yet. */
  get last(): RecentEvent | undefined {
    return this.#events.at(-1);
  }

  /** Appends events in order and drops the oldest beyond the bounds. */
  push(events: readonly RecentEvent[]): void {
    this.#events.push(...events);
    for (const { frame } of events) this.#chars += frame?.length ?? 0;
    let surplus = Math.max(0, this.#events.length - this.#maxEvents);
    let chars = this.#chars;
    for (const [index, { frame }] of this.#events.entries()) {
      if (index >= surplus && chars <= this.#maxChars) break;
      surplus = Math.max(surplus, index + 1);
      chars -= frame?.length ?? 0;
    }
    for (const dropped of this.#events.splice(0, surplus)) this.#floor = dropped.seq;
    this.#chars = chars;
  }

  /** All events after a sequence; undefined when some of them are no longer here. */
  after(seq: number): readonly RecentEvent[] | undefined {
    if (seq < this.#floor) return undefined;
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#events[middle] as RecentEvent).seq <= seq) low = middle + 1;
      else high = middle;
    }
    return this.#events.slice(low);
  }
}
