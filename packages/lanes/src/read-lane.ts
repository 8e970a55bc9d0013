import type { LaneQueue } from '@lanekeeper/contracts';
import { readBatch, type StoredMessage } from './direct-batch.ts';
import type { LastMessage } from './event-log.ts';
import type { Lanes } from './open-lanes.ts';

/** A command as it is stored, with the last event of its job as it was when the lane was read. */
export type StoredCommand = {
  seq: number;
  subject: string;
  text: string;
  /** The id under which it was stored; empty if it was stored under none. */
  jobId: string;
  /** When it was stored, milliseconds since the epoch. */
  storedAt: number;
  last: LastMessage | undefined;
};

/** Commands of a lane in their order. `more`: there are others behind them. */
export type LaneWindow = { commands: StoredCommand[]; more: boolean };

/** Which part of a lane to read: from a sequence on, at most `limit` commands. */
export type LanePart = { workload: string; lane: string; queue?: LaneQueue; from?: number; limit: number };

/** Most bytes of commands that are read at once, beyond the first. */
const MAX_BYTES = 1_000_000;

/** Reads commands of a lane and the last events of their jobs, in two requests. @throws LanesError UNAVAILABLE. */
export async function readLane(lanes: Pick<Lanes, 'nc' | 'names' | 'events'>, part: LanePart): Promise<LaneWindow> {
  const { nc, names, events } = lanes;
  const { workload, lane, queue, from = 1, limit } = part;
  const query = { seq: from, next_by_subj: names.command(workload, lane, queue), batch: limit, max_bytes: MAX_BYTES };
  const stored = await readBatch(nc, names.commandsStream, query);
  const ids = stored.map(jobIdOf);
  const last = await events.lastOf(ids.filter((jobId) => jobId !== '').map((jobId) => ({ workload, lane, jobId })));
  const commands = stored.map((message, index) => ({
    seq: message.seq,
    subject: message.subject,
    text: message.text,
    jobId: ids[index] ?? '',
    storedAt: message.time.getTime(),
    last: last.get(ids[index] ?? ''),
  }));
  return { commands, more: (stored.at(-1)?.pending ?? 0) > 0 };
}

/** Job ids are simple tokens; a command that was stored by other means may have any id. */
function jobIdOf(message: StoredMessage): string {
  const id = message.header.get('Nats-Msg-Id');
  return /^[A-Za-z0-9_-]{1,64}$/.test(id) ? id : '';
}
