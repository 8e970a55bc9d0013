import { EventEmitter, once } from 'node:events';

/**
 * How far the projection is, as this process knows it: never ahead of what the database has committed. The active
 * replica tells on each commit; reading the row fills in for announcements that were lost.
 */
export class AppliedPosition {
  readonly #moved = new EventEmitter().setMaxListeners(0);
  #seq = 0;

  /** Everything up to this sequence is visible to reads. */
  get seq(): number {
    return this.#seq;
  }

  /** Takes note that the projection has come this far. */
  advance(seq: number): void {
    if (seq <= this.#seq) return;
    this.#seq = seq;
    this.#moved.emit('moved');
  }

  /** Resolves when everything up to `seq` is applied. @throws the signal's reason when it is aborted first. */
  async reached(seq: number, signal: AbortSignal): Promise<void> {
    while (this.#seq < seq) {
      signal.throwIfAborted();
      await once(this.#moved, 'moved', { signal }).catch(() => signal.throwIfAborted());
    }
  }
}
