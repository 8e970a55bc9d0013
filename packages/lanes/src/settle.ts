import { errors, type Msg } from '@nats-io/nats-core';
import type { Lanes } from './open-lanes.ts';
import { whileConnected } from './while-connected.ts';

/** How long the server may take to confirm an acknowledgement, in milliseconds. */
const ACK_TIMEOUT_MS = 5_000;

/**
 * Removes a command whose job has ended: acknowledges its delivery and waits for the confirmation. When its consumer is
 * gone (a server restart forgets consumers held in memory) the command is deleted by its sequence. Safe at any time,
 * also for a worker that was replaced: the job is over.
 */
export async function settleCommand(lanes: Lanes, delivery: Msg, commandSeq: number): Promise<void> {
  if (await acknowledge(lanes, delivery)) return;
  try {
    const { jsm, names, nc } = lanes;
    await whileConnected(nc, () => jsm.streams.deleteMessage(names.commandsStream, commandSeq));
  } catch {
    // Gone already, or not reachable: then it is delivered again, its job is found to be over, and it is settled.
  }
}

/** Acknowledges a delivery; whether the server confirmed it. */
export async function acknowledge({ nc }: Lanes, delivery: Msg): Promise<boolean> {
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
