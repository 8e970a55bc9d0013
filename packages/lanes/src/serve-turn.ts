import type { Msg } from '@nats-io/nats-core';
import { dropTurn } from './drop-turn.ts';
import { passTurn } from './pass-turn.ts';
import { pause } from './pause.ts';
import { serveSequential } from './serve-sequential.ts';
import { serveWide } from './serve-wide.ts';
import { acknowledge } from './settle.ts';
import { type Asked, takeTurn } from './taken-turn.ts';
import type { WorkerContext } from './worker-context.ts';

/** Pause before a turn that was cut short by a fault is handed back, in milliseconds. */
const FAULT_PAUSE_MS = 500;

/**
 * Serves one turn: runs the lane's commands one after the other up to the time slice, then passes the turn on.
 * Never throws: when NATS is not reachable, or the lease is lost, the turn is delivered again, here or elsewhere.
 */
export async function serveTurn(context: WorkerContext, message: Msg, asked: Asked): Promise<void> {
  const turn = takeTurn(context, message, asked);
  if (!turn) {
    context.log.error({ subject: message.subject }, 'a turn is not valid');
    await acknowledge(context.lanes, message);
    return;
  }
  const { lane, lease } = turn;
  const serve = context.workload.limits.width === 1 ? serveSequential : serveWide;
  context.turns.add(turn);
  try {
    if (context.paused.has(lane)) return await dropTurn(context, turn);
    const end = await serve(context, turn);
    // Without a lease the turn may be someone else's by now, and an acknowledgement would end theirs. When another worker
    // is at the lane the turn is really that worker's (the server forgot so): left to run out, it goes on counting.
    if (lease.valid && end.type !== 'left') await passTurn(context, turn, end);
  } catch (err) {
    context.log.error({ err, lane }, 'a turn was cut short; it is handed back');
    await pause(FAULT_PAUSE_MS, context.draining);
    if (lease.valid) message.respond('-NAK');
  } finally {
    lease.close();
    context.turns.delete(turn);
    context.later(turn.settled.remove());
  }
}
