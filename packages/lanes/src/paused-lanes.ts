import type { Subscription } from '@nats-io/nats-core';
import type { Lanes } from './open-lanes.ts';
import { type PauseChange, readPauses } from './pause-lane.ts';

/**
 * The lanes of one workload that are paused, as a worker knows them: it hears of every change, and reads them all at its
 * start, after a reconnect, and before each sweep. Changes carry a revision, so it does not matter in which order and
 * how often it learns of them.
 */
export class PausedLanes {
  readonly #lanes: Pick<Lanes, 'nc' | 'jsm' | 'names'>;
  readonly #workload: string;
  readonly #onResumed: (lane: string) => void;
  readonly #known = new Map<string, { revision: number; paused: boolean }>();

  constructor(lanes: Pick<Lanes, 'nc' | 'jsm' | 'names'>, workload: string, onResumed: (lane: string) => void) {
    this.#lanes = lanes;
    this.#workload = workload;
    this.#onResumed = onResumed;
  }

  /** Whether a lane is paused. */
  has(lane: string): boolean {
    return this.#known.get(lane)?.paused === true;
  }

  /** Reads all pauses. @throws LanesError UNAVAILABLE. */
  async refresh(): Promise<void> {
    for await (const { lane, revision, pause } of readPauses(this.#lanes, this.#workload)) {
      this.#learn({ lane, revision, paused: pause !== undefined });
    }
  }

  /** Listens for changes from now on. */
  follow(): Subscription {
    const { nc, names } = this.#lanes;
    return nc.subscribe(names.pauseChanged(this.#workload), {
      callback: (error, message) => {
        if (!error) this.#learn(message.json<PauseChange>());
      },
    });
  }

  #learn({ lane, revision, paused }: PauseChange): void {
    const known = this.#known.get(lane);
    if (known && known.revision >= revision) return;
    this.#known.set(lane, { revision, paused });
    if (known?.paused && !paused) this.#onResumed(lane);
  }
}
