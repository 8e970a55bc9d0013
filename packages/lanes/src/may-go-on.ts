import type { Slice } from './slice.ts';
import type { TakenTurn } from './taken-turn.ts';
import type { WorkerContext } from './worker-context.ts';

/** Whether a turn may go on with another command of its lane. Where it may for long, what is settled is removed meanwhile. */
export async function mayGoOn(context: WorkerContext, turn: TakenTurn, slice: Slice): Promise<boolean> {
  const { draining, paused, slots, turns, turnsConsumer } = context;
  if (draining.aborted || paused.has(turn.lane) || !turn.lease.valid) return false;
  if (!slice.over) return true;
  const [held, free] = [turns.size, slots - turns.size];
  const othersWait = await turnsConsumer.othersWait({ held, free }).catch(() => true);
  if (othersWait) return false;
  slice.renew();
  context.later(turn.settled.remove());
  return true;
}
