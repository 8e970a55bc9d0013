import { Slice } from './slice.ts';
import type { TakenTurn } from './taken-turn.ts';
import type { WorkerContext } from './worker-context.ts';

/** How much of its lane a turn may serve: up to a time slice, and on from there for as long as no other lane waits. */
export class TurnShare {
  readonly #context: WorkerContext;
  readonly #turn: TakenTurn;
  readonly #slice: Slice;
  /** Whether other lanes wait, and when that was asked. */
  #look: { at: number; othersWait: Promise<boolean> } | undefined;

  constructor(context: WorkerContext, turn: TakenTurn) {
    this.#context = context;
    this.#turn = turn;
    this.#slice = new Slice(context.times.turnSliceMs);
  }

  /**
   * Counts a command that runs from now until the returned function is called. Half-way through what is left of the slice
   * the server is asked whether others wait, and what is settled is removed: the command's successor need not wait for
   * that.
   */
  begin(): () => void {
    const startedAt = performance.now();
    const { leftMs } = this.#slice;
    const timer = leftMs > 0 ? setTimeout(() => this.#lookAhead(), leftMs / 2) : undefined;
    let running = true;
    return () => {
      if (!running) return;
      running = false;
      clearTimeout(timer);
      this.#slice.ran(performance.now() - startedAt);
    };
  }

  /** Whether the turn may go on with another command. Where it may for long, what is settled is removed meanwhile. */
  async mayGoOn(): Promise<boolean> {
    const { draining, paused, later, times } = this.#context;
    const { lane, lease, settled } = this.#turn;
    if (draining.aborted || paused.has(lane) || !lease.valid) return false;
    if (!this.#slice.over) return true;
    const fresh = this.#look && performance.now() - this.#look.at < times.turnSliceMs ? this.#look : this.#ask();
    this.#look = undefined;
    if (await fresh.othersWait) return false;
    this.#slice.renew();
    later(settled.remove());
    return true;
  }

  #lookAhead(): void {
    this.#look = this.#ask();
    this.#context.later(this.#turn.settled.remove());
  }

  #ask() {
    const { slots, turns, turnsConsumer } = this.#context;
    const [held, free] = [turns.size, slots - turns.size];
    const othersWait = turnsConsumer.othersWait({ held, free }).catch(() => true);
    return { at: performance.now(), othersWait };
  }
}
