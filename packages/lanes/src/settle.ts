import { errors, type Msg } from '@nats-io/nats-core';
import type { Lanes } from './open-lanes.ts';
import { whileConnected } from './while-connected.ts';

/** How long the server may take to confirm an acknowledgement, in milliseconds. */
const ACK_TIMEOUT_MS = 5_000;

/**
 * Commands whose jobs have ended, to be removed together. Safe at any time, also for a worker that was replaced: their
 * jobs are over. What is not removed, because the worker dies or NATS is not reachable, is found to be over and removed
 * by whoever comes to the lane next.
 */
export class SettledCommands {
  readonly #lanes: Pick<Lanes, 'jsm' | 'names' | 'nc'>;
  /** By subject, how many were added that are the first of their lane, and the last of them. */
  readonly #heads = new Map<string, { count: number; seq: number }>();
  #single: number[] = [];

  constructor(lanes: Pick<Lanes, 'jsm' | 'names' | 'nc'>) {
    this.#lanes = lanes;
  }

  /** Adds the first command of a lane that is left: with all before it over, one request removes them all. */
  addHead({ subject, seq }: { subject: string; seq: number }): void {
    const count = (this.#heads.get(subject)?.count ?? 0) + 1;
    this.#heads.set(subject, { count, seq });
  }

  /** Adds a command anywhere in its lane. */
  addSingle({ seq }: { seq: number }): void {
    this.#single.push(seq);
  }

  /** Removes what was added. */
  async remove(): Promise<void> {
    const { jsm, names, nc } = this.#lanes;
    const heads = [...this.#heads];
    const single = this.#single;
    this.#heads.clear();
    this.#single = [];
    const remove = (seq: number) => () => jsm.streams.deleteMessage(names.commandsStream, seq, false);
    const removeTo = (filter: string, seq: number) => () =>
      jsm.streams.purge(names.commandsStream, { filter, seq: seq + 1 });
    const removals = [
      // A single one by its sequence: that costs the server less.
      ...heads.map(([subject, { count, seq }]) => (count === 1 ? remove(seq) : removeTo(subject, seq))),
      ...single.map(remove),
    ];
    await Promise.all(
      removals.map(async (removal) => {
        try {
          await whileConnected<unknown>(nc, removal);
        } catch {
          // Gone already, or not reachable: see above.
        }
      }),
    );
  }
}

/** Acknowledges a turn; whether the server confirmed it. */
export async function acknowledge({ nc }: Pick<Lanes, 'nc'>, delivery: Msg): Promise<boolean> {
  const { reply } = delivery;
  if (reply === undefined) return false;
  try {
    await whileConnected(nc, () => nc.request(reply, '+ACK', { timeout: ACK_TIMEOUT_MS }));
    return true;
  } catch (error) {
    if (error instanceof errors.ClosedConnectionError) throw error;
    return false;
  }
}
