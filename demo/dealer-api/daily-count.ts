/** Counts requests by group: of the day, for the quota, and in all. */
export class DailyCount {
  readonly totals = new Map<string, number>();
  readonly #ofDay = new Map<string, number>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Counts one request; returns how many of the day there are now. */
  add(group: string): number {
    const day = `${group} ${new Date(this.#now()).toISOString().slice(0, 10)}`;
    this.totals.set(group, (this.totals.get(group) ?? 0) + 1);
    const count = (this.#ofDay.get(day) ?? 0) + 1;
    this.#ofDay.set(day, count);
    return count;
  }
}
