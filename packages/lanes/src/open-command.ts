import { parseSubject } from '@lanekeeper/contracts';
import type { Delivered } from './claim.ts';
import { decodeCommand, decodeEvent } from './codec.ts';
import type { StoredCommand } from './read-lane.ts';
import type { TakenTurn } from './taken-turn.ts';
import type { WorkerContext } from './worker-context.ts';

/** A stored command, ready to be claimed; or what is wrong with it. */
export type Opened = { ok: true; delivered: Delivered } | { ok: false; reason: string };

/**
 * Decodes a stored command.
 * @throws LanesError INVALID_EVENT when its job's last event cannot be read.
 */
export function openCommand(turn: TakenTurn, stored: StoredCommand): Opened {
  const { seq: commandSeq, storedAt, last, jobId, text } = stored;
  const decoded = decodeCommand(text);
  if (!decoded.ok) return decoded;
  const { command } = decoded;
  const subject = parseSubject(stored.subject);
  if (command.lane !== subject?.lane || command.workload !== subject.workload) {
    return { ok: false, reason: 'the command is stored under the subject of another lane' };
  }
  const known =
    last && command.jobId === jobId ? { event: decodeEvent(last.text), seq: last.seq, id: last.id } : undefined;
  return { ok: true, delivered: { command, commandSeq, storedAt, last: known, delivery: turn.delivery } };
}

/** A command that cannot be decoded fails at once, under the id it was stored with, and its lane goes on. */
export async function rejectCommand(
  context: WorkerContext,
  { subject, jobId: named, seq }: StoredCommand,
  reason: string,
): Promise<void> {
  const jobId = named === '' ? `command-${seq}` : named;
  context.log.error({ jobId, reason }, 'a command is not valid');
  const parts = parseSubject(subject);
  if (!parts) return;
  const { workload, lane } = parts;
  const { events } = context.lanes;
  const last = await events.last(workload, lane, jobId);
  const error = { code: 'INVALID_COMMAND', message: `The stored command is not valid: ${reason}.`, retryable: false };
  const failed = { type: 'failed', jobId, workload, lane, at: new Date().toISOString(), attempt: 0, error } as const;
  if (last?.event.type !== 'failed') await events.append(failed, last?.seq ?? 0, context.handBack);
}
