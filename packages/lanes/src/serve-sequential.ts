import type { LaneQueue } from '@lanekeeper/contracts';
import { type Claimed, claim } from './claim.ts';
import { markEnd } from './earliest-start.ts';
import { openCommand, rejectCommand } from './open-command.ts';
import { type LaneWindow, readLane, type StoredCommand } from './read-lane.ts';
import type { TakenTurn } from './taken-turn.ts';
import type { TurnEnd } from './turn-end.ts';
import { TurnShare } from './turn-share.ts';
import { work } from './work.ts';
import type { WorkerContext } from './worker-context.ts';

/**
 * Serves a turn of a lane of width 1: runs its commands from the first on, one after the other, until the slice is over,
 * there are no more, or one must wait. Commands are read ahead of need; none is started before the one ahead of it is
 * over, which the log itself enforces: the claim of a command is written with, or after, the end of its predecessor.
 */
export async function serveSequential(context: WorkerContext, turn: TakenTurn): Promise<TurnEnd> {
  let served = 0;
  const serving = { context, turn, share: new TurnShare(context, turn), onServed: () => served++ };
  try {
    const end = await serveQueue(serving, 'normal');
    if (end.type !== 'drained' || !context.urgentLanes.delete(turn.lane)) return end;
    return await serveQueue(serving, 'high');
  } finally {
    context.readAhead.served(served);
  }
}

type Serving = { context: WorkerContext; turn: TakenTurn; share: TurnShare; onServed: () => void };

async function serveQueue(serving: Serving, queue: LaneQueue): Promise<TurnEnd> {
  const { lanes, workload, readAhead } = serving.context;
  const { lane } = serving.turn;
  for (let from = 1; ; ) {
    const window = await readLane(lanes, { workload: workload.name, lane, queue, from, limit: readAhead.size });
    const last = window.commands.at(-1);
    if (!last) return { type: 'drained', from };
    const end = await serveWindow(serving, window);
    if (end) return end;
    from = last.seq + 1;
    if (!window.more) return { type: 'drained', from };
  }
}

/** Serves the commands of a window; undefined when all have ended and the turn goes on. */
async function serveWindow(serving: Serving, { commands, more }: LaneWindow): Promise<TurnEnd | undefined> {
  const { share } = serving;
  let claimed: Claimed | undefined;
  for (const [index, stored] of commands.entries()) {
    const served = await serveCommand(serving, stored, claimed, commands[index + 1]);
    if (served.type !== 'ended') return served;
    claimed = served.next;
    const isLast = !more && index === commands.length - 1;
    if (!claimed && !isLast && !(await share.mayGoOn())) return { type: 'more' };
  }
  return undefined;
}

type Served = { type: 'ended'; next?: Claimed } | Exclude<TurnEnd, { type: 'drained' | 'more' }>;

/** Serves one command, which may have been claimed together with the end of the one before it. */
async function serveCommand(
  { context, turn, share, onServed }: Serving,
  stored: StoredCommand,
  before: Claimed | undefined,
  next: StoredCommand | undefined,
): Promise<Served> {
  const opened = openCommand(turn, stored);
  if (!opened.ok) {
    await rejectCommand(context, stored, opened.reason);
    turn.settled.addHead(stored);
    return { type: 'ended' };
  }
  const { lane } = opened.delivered.command;
  const claimed = before ?? (await claim(context, opened.delivered));
  if (claimed.type !== 'postponed') context.waiting.delete(lane);
  switch (claimed.type) {
    case 'over':
      await markEnd(context, lane);
      turn.settled.addHead(stored);
      return { type: 'ended' };
    case 'postponed':
      return { type: 'waits', until: claimed.until };
    case 'left':
      return claimed;
    case 'claimed': {
      const end = share.begin();
      onServed();
      const worked = await work(context, turn, opened.delivered, claimed, async () => {
        end();
        const following = next && openCommand(turn, next);
        return following?.ok && (await share.mayGoOn()) ? following.delivered : undefined;
      }).finally(end);
      if (worked.type === 'ended') turn.settled.addHead(stored);
      return worked;
    }
  }
}
