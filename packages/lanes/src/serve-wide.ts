import { type Claim, claim } from './claim.ts';
import { markEnd } from './earliest-start.ts';
import { openCommand, rejectCommand } from './open-command.ts';
import { type Place, readPlaces } from './read-places.ts';
import type { TakenTurn } from './taken-turn.ts';
import type { TurnEnd } from './turn-end.ts';
import { TurnShare } from './turn-share.ts';
import { whileConnected } from './while-connected.ts';
import { work } from './work.ts';
import type { WorkerContext } from './worker-context.ts';

/**
 * Serves a turn of a lane wider than 1: runs the first command that can start, of those that have a place (places.ts), and
 * so on, until the slice is over or there is none. The lane is read anew for each: its other slots are at it too, and of
 * two that want the same command the log lets one have it.
 */
export async function serveWide(context: WorkerContext, turn: TakenTurn): Promise<TurnEnd> {
  const share = new TurnShare(context, turn);
  for (;;) {
    const places = await readPlaces(context, turn.lane, (over) => turn.settled.addSingle(over));
    if (places.length === 0) return { type: 'drained', from: 1 };
    const stop = share.begin();
    const end = await serveFirst(context, turn, places).finally(stop);
    if (end) return end;
    await turn.settled.remove();
    if (!(await share.mayGoOn())) return { type: 'more' };
  }
}

/** Serves the first command that can be had; undefined when one was, and the turn may go on. */
async function serveFirst(
  context: WorkerContext,
  turn: TakenTurn,
  places: readonly Place[],
): Promise<TurnEnd | undefined> {
  let until = Number.POSITIVE_INFINITY;
  for (const place of places) {
    if (await isOthers(context, turn, place)) continue;
    const served = await serveCommand(context, turn, place);
    switch (served.type) {
      case 'ended':
        return undefined;
      case 'waits':
        until = Math.min(until, served.until);
        break;
      case 'left':
        // The turn is really that worker's, unless the command was begun under another slot's.
        if (slotOf(place) === turn.slot) return served;
        break;
      case 'lost':
        return served;
    }
  }
  return until === Number.POSITIVE_INFINITY ? { type: 'busy' } : { type: 'waits', until };
}

/** Whether a command that was begun is the business of another slot of the lane, which still has its turn. */
async function isOthers({ holding, lanes, workload }: WorkerContext, turn: TakenTurn, { stored, last }: Place) {
  if (!last || !('worker' in last)) return false;
  if (holding.has(stored.jobId)) return true;
  const slot = slotOf({ last });
  if (slot === undefined || slot === turn.slot) return false;
  const { jsm, names, nc } = lanes;
  const query = { last_by_subj: names.turn(workload.name, turn.lane, slot) };
  return (await whileConnected(nc, () => jsm.direct.getMessage(names.turnsStream, query))) !== null;
}

/** Under which slot's turn a command was begun. */
function slotOf({ last }: Pick<Place, 'last'>): number | undefined {
  return last && 'worker' in last ? last.delivery?.slot : undefined;
}

type Served = { type: 'ended' } | { type: 'waits'; until: number } | { type: 'left' } | { type: 'lost' };

async function serveCommand(context: WorkerContext, turn: TakenTurn, { stored }: Place): Promise<Served> {
  const opened = openCommand(turn, stored);
  if (!opened.ok) {
    await rejectCommand(context, stored, opened.reason);
    turn.settled.addSingle(stored);
    return { type: 'ended' };
  }
  const claimed: Claim = await claim(context, opened.delivered);
  switch (claimed.type) {
    case 'over':
      await markEnd(context, turn.lane);
      turn.settled.addSingle(stored);
      return { type: 'ended' };
    case 'postponed':
      return { type: 'waits', until: claimed.until };
    case 'left':
      return claimed;
    case 'claimed': {
      const worked = await work(context, turn, opened.delivered, claimed, async () => undefined);
      if (worked.type === 'ended') turn.settled.addSingle(stored);
      // One that waits for its retry keeps its place; whether the turn goes on with another is asked as after any other.
      return worked.type === 'waits' ? { type: 'ended' } : worked;
    }
  }
}
