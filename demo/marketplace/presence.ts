/** How many browsers are open, and the most there have been at once. */
export interface Count {
  open: number;
  peak: number;
}

/** What {@link Presence} has counted. */
export type Presences = Count & { accounts: Record<string, Count> };

/**
 * Counts browsers that have the site open. Each tab names itself, with a name that it keeps from page to page but that
 * no other browser has, and holds a connection while a page of the site is shown.
 */
export class Presence {
  readonly #tabs = new Map<string, { email: string; connections: number }>();
  readonly #peaks = new Map<string, number>();
  #peak = 0;

  /** A page of this tab is shown; call the answer when its connection ends. */
  enter(tab: string, email: string): () => void {
    const entry = this.#tabs.get(tab) ?? { email, connections: 0 };
    entry.connections++;
    this.#tabs.set(tab, entry);
    this.#peak = Math.max(this.#peak, this.#tabs.size);
    this.#peaks.set(email, Math.max(this.#peaks.get(email) ?? 0, this.#openOf(email)));
    return () => {
      entry.connections--;
      if (entry.connections === 0) this.#tabs.delete(tab);
    };
  }

  /** The counts since the start or the last {@link reset}. */
  counts(): Presences {
    const accounts = [...this.#peaks].map(([email, peak]) => [email, { open: this.#openOf(email), peak }] as const);
    return { open: this.#tabs.size, peak: this.#peak, accounts: Object.fromEntries(accounts) };
  }

  /** Forgets the peaks. */
  reset(): void {
    this.#peaks.clear();
    this.#peak = this.#tabs.size;
  }

  #openOf(email: string): number {
    return [...this.#tabs.values()].filter((tab) => tab.email === email).length;
  }
}
