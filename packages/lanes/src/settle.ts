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
  /** By subject, the last of those that are the first of their lane. */
  readonly #heads = new Map<string, number>();
  #single: number[] = [];

  constructor(lanes: Pick<Lanes, 'jsm' | 'names' | 'nc'>) {
    this.#lanes = lanes;
  }

  /** Adds the first command of a lane that is left: with all before it over, one request removes them all. */
  addHead({ subject, seq }: { subject: string; seq: number }): void {
    this.#heads.set(subject, seq);
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
    const removals = [
      ...heads.map(
        ([filter, seq]) =>
          () =>
            jsm.streams.purge(names.commandsStream, { filter, seq: seq + 1 }),
      ),
      ...single.map((seq) => () => jsm.streams.deleteMessage(names.commandsStream, seq, false)),
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
