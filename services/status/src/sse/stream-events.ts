import { type CatchUpDeps, catchUp } from './catch-up.ts';
import { type EventFilter, matches } from './event-filter.ts';
import { gapFrame, openingFrame } from './frames.ts';
import type { LiveEvents } from './live-events.ts';
import type { RecentEvent } from './recent-events.ts';
import type { Slots } from './slots.ts';

/** Where a stream's text goes. */
export type Outlet = {
  /** Writes, and resolves when more may be written. `position` is where a client that has read this resumes. */
  write: (text: string, position: number) => Promise<void>;
  /** Moves where the client resumes past events that were not for it. */
  pass: (position: number) => void;
};

/** What a stream needs. */
export type StreamDeps = CatchUpDeps & {
  live: LiveEvents;
  /** Limits how many streams read the past at once. */
  slots: Slots;
  /** The stream's bounds on the server. */
  bounds: () => Promise<{ firstSeq: number; lastSeq: number }>;
};

/**
 * Sends a client all events after a sequence that match its filter: the past from the stream, then live, without a gap
 * or a double, since there is one cursor that both move. Without `after` it begins now.
 * Ends only by the signal, as an error.
 */
export async function streamEvents(
  deps: StreamDeps,
  outlet: Outlet,
  request: { filter: EventFilter; after: number | undefined },
  signal: AbortSignal,
): Promise<void> {
  const { live } = deps;
  const { filter } = request;
  let cursor = request.after ?? live.now;
  await outlet.write(openingFrame(cursor), cursor);
  if (request.after !== undefined) cursor = await skipGap(deps, outlet, cursor);
  for (;;) {
    const recent = live.recent.after(cursor);
    if (recent === undefined) cursor = await readPast(deps, outlet, filter, cursor, signal);
    else if (recent.length === 0) await live.changed(cursor, signal);
    else cursor = await send(recent, outlet, filter, cursor);
    signal.throwIfAborted();
  }
}

/** Tells the client when events it asked for are gone, and goes on with the first that is there. */
async function skipGap({ live, bounds }: StreamDeps, outlet: Outlet, after: number): Promise<number> {
  if (live.recent.after(after) !== undefined && after <= live.position) return after;
  const { firstSeq, lastSeq } = await bounds();
  const isBeyond = after > lastSeq; // a position in a stream that was since replaced
  if (!isBeyond && firstSeq <= after + 1) return after;
  await outlet.write(gapFrame(firstSeq), firstSeq - 1);
  return firstSeq - 1;
}

/** Reads from the stream up to what is released now. */
async function readPast(
  deps: StreamDeps,
  outlet: Outlet,
  filter: EventFilter,
  after: number,
  signal: AbortSignal,
): Promise<number> {
  const upTo = deps.live.recent.last;
  if (upTo === undefined) {
    await deps.live.changed(deps.live.position, signal); // just started: nothing is released yet
    return after;
  }
  return deps.slots.use(signal, async () => {
    let cursor = after;
    for await (const events of catchUp(deps, filter, { after, upTo }, signal)) {
      cursor = await send(events, outlet, filter, cursor);
    }
    signal.throwIfAborted();
    return upTo.seq;
  });
}

async function send(
  events: readonly RecentEvent[],
  outlet: Outlet,
  filter: EventFilter,
  after: number,
): Promise<number> {
  let cursor = after;
  for (const { seq, frame, about } of events) {
    cursor = seq;
    if (frame !== undefined && about !== undefined && matches(filter, about)) await outlet.write(frame, seq);
  }
  outlet.pass(cursor);
  return cursor;
}
