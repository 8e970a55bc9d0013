/** How many commands of a lane are read at once, at least and at most. */
const SIZE = { least: 2, most: 64 };
/** Weight of the latest turn in the running mean. */
const WEIGHT = 0.2;

/** How many commands of a lane are worth reading at once: twice as many as a turn has served lately, on average. */
export class ReadAhead {
  #mean = 4;

  /** Commands to read. */
  get size(): number {
    return Math.min(SIZE.most, Math.max(SIZE.least, Math.round(2 * this.#mean)));
  }

  /** Counts what a turn has served. */
  served(count: number): void {
    this.#mean += WEIGHT * (count - this.#mean);
  }
}
