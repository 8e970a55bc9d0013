import { decodeCommand } from './codec.ts';
import { earliestStart } from './earliest-start.ts';
import { readLeader } from './read-leader.ts';
import { readPlaces } from './read-places.ts';
import { acknowledge } from './settle.ts';
import type { TakenTurn } from './taken-turn.ts';
import type { TurnEnd } from './turn-end.ts';
import { offerTurns } from './turns.ts';
import type { WorkerContext } from './worker-context.ts';

/** A lane is looked at again after this time at the latest: timers cannot be set for weeks, in milliseconds. */
const MAX_WAIT_MS = 60_000;
/** A timer may fire a moment early: a turn that waits is offered this much later, in milliseconds. */
const MARGIN_MS = 2;

/**
 * Gives the turn up and, if the lane can go on, puts a new one at the back of the queue. The turn is acknowledged first
 * (a second turn of the slot would be refused while this one exists), and only then is the lane looked at: a command
 * that arrived before had its own turn refused for the sake of this one.
 */
export async function passTurn(context: WorkerContext, turn: TakenTurn, end: TurnEnd): Promise<void> {
  await Promise.all([acknowledge(context.lanes, turn.message), turn.settled.remove()]);
  // The slot need not wait for the rest.
  context.later(passOn(context, turn, end));
}

async function passOn(context: WorkerContext, { lane, slot }: TakenTurn, end: TurnEnd): Promise<void> {
  const offer = async () => {
    const { lanes, workload } = context;
    await offerTurns(lanes.nc, lanes.names, [{ workload: workload.name, lane, slot }]);
  };
  // A worker that drains hands its lanes on at once, also those that wait: its own timers end with it.
  if (end.type === 'more' || context.draining.aborted) return offer();
  const nextAt =
    context.workload.limits.width === 1 ? await sequentialNext(context, lane, end) : await wideNext(context, lane);
  if (nextAt <= Date.now()) return offer();
  if (nextAt < Number.POSITIVE_INFINITY) wait(context, lane, slot, nextAt);
}

/** Offers the lane its next turn when its time has come. */
function wait(context: WorkerContext, lane: string, slot: number, until: number): void {
  const delayMs = Math.min(until - Date.now(), MAX_WAIT_MS);
  context.offerLater(lane, slot, delayMs + MARGIN_MS);
  if (context.workload.limits.width === 1) context.waiting.set(lane, Date.now() + delayMs);
}

/** From when on a sequential lane has something for a turn; whether it can start is for the turn to find out. */
async function sequentialNext({ lanes, workload }: WorkerContext, lane: string, end: TurnEnd): Promise<number> {
  if (end.type === 'waits') return end.until;
  const { names } = lanes;
  const query = { next_by_subj: names.command(workload.name, lane), seq: end.type === 'drained' ? end.from : 1 };
  const next = await readLeader(lanes, names.commandsStream, query);
  return next === null ? Number.POSITIVE_INFINITY : 0;
}

/** From when on a wide lane has a command that can start, milliseconds since the epoch. */
async function wideNext(context: WorkerContext, lane: string): Promise<number> {
  let nextAt = Number.POSITIVE_INFINITY;
  for (const { stored, last } of await readPlaces(context, lane)) {
    if (last && 'worker' in last) continue; // it has its slot's turn
    const decoded = decodeCommand(stored.text);
    const dueAt = last?.type === 'retry-scheduled' ? Date.parse(last.dueAt) : 0;
    const notBefore = decoded.ok ? await earliestStart(context, decoded.command) : 0;
    nextAt = Math.min(nextAt, Math.max(dueAt, notBefore));
  }
  return nextAt;
}
