import { acknowledge } from './settle.ts';
import type { TakenTurn } from './taken-turn.ts';
import { offerTurns } from './turns.ts';
import type { WorkerContext } from './worker-context.ts';

/**
 * Ends the turn of a paused lane without passing it on. If the lane was resumed meanwhile, the turn offered for that was
 * refused for the sake of this one: then it is offered again.
 */
export async function dropTurn(context: WorkerContext, { message, lane, slot, lease }: TakenTurn): Promise<void> {
  const { lanes, workload, paused } = context;
  if (!lease.valid) return; // may be someone else's by now
  try {
    await acknowledge(lanes, message);
    if (!paused.has(lane)) await offerTurns(lanes.nc, lanes.names, [{ workload: workload.name, lane, slot }]);
  } catch (err) {
    context.log.warn({ err, lane }, 'the turn of a paused lane could not be ended; it runs out');
  }
}
