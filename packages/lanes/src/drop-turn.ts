import type { Msg } from '@nats-io/nats-core';
import { acknowledge } from './settle.ts';
import { offerTurns } from './turns.ts';
import type { WorkerContext } from './worker-context.ts';

/**
 * Ends the turn of a paused lane without passing it on. If the lane was resumed meanwhile, the turn offered for that was
 * refused for the sake of this one: then it is offered again.
 */
export async function dropTurn(
  context: WorkerContext,
  turn: Msg,
  askedAt: number,
  { lane, slot }: { lane: string; slot: number },
): Promise<void> {
  const { lanes, workload, paused, times } = context;
  if (performance.now() - askedAt >= times.ackWaitMs) return; // may be someone else's by now
  try {
    await acknowledge(lanes, turn);
    if (!paused.has(lane)) await offerTurns(lanes.nc, lanes.names, [{ workload: workload.name, lane, slot }]);
  } catch (err) {
    context.log.warn({ err, lane }, 'the turn of a paused lane could not be ended; it runs out');
  }
}
