import { createHash } from 'node:crypto';
import type { Job } from '@lanekeeper/contracts';
import type { Insertable, Selectable } from 'kysely';
import type { JobTable } from './schema.ts';

/** Longest `search` text, in characters: what fits into an index. */
const MAX_SEARCH = 512;
const MAX_WORKER = 255;

/**
 * A key by which lanes and tenants are compared. Text columns would not do: their collations ignore trailing spaces, so
 * that one tenant could read as another.
 */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** The row of a job. */
export function toRow(job: Job): Insertable<JobTable> {
  return {
    id: job.id,
    workload: job.workload,
    lane: job.lane,
    lane_key: digestOf(job.lane),
    tenant: job.tenant,
    tenant_key: digestOf(job.tenant),
    state: job.state,
    progress: job.progress,
    attempt: job.attempt,
    worker: job.worker?.slice(0, MAX_WORKER) ?? null,
    priority: job.priority ?? null,
    retry_of: job.retryOf ?? null,
    submitted_at: new Date(job.submittedAt),
    started_at: dateOf(job.startedAt),
    ended_at: dateOf(job.endedAt),
    due_at: dateOf(job.dueAt),
    command_seq: job.commandSeq,
    last_seq: job.lastSeq,
    data: JSON.stringify(job.data ?? null),
    result: job.result === undefined ? null : JSON.stringify(job.result),
    error: job.error === undefined ? null : JSON.stringify(job.error),
    search: searchText(job),
  };
}

/** The job of a row. */
export function fromRow(row: Selectable<JobTable>): Job {
  return {
    id: row.id,
    workload: row.workload,
    lane: row.lane,
    tenant: row.tenant,
    state: row.state,
    progress: row.progress,
    data: JSON.parse(row.data),
    ...(row.result === null ? {} : { result: JSON.parse(row.result) }),
    ...(row.error === null ? {} : { error: JSON.parse(row.error) }),
    attempt: row.attempt,
    ...(row.worker === null ? {} : { worker: row.worker }),
    ...(row.priority === null ? {} : { priority: row.priority as NonNullable<Job['priority']> }),
    ...(row.retry_of === null ? {} : { retryOf: row.retry_of }),
    submittedAt: row.submitted_at.toISOString(),
    ...(row.started_at === null ? {} : { startedAt: row.started_at.toISOString() }),
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at.toISOString() }),
    ...(row.due_at === null ? {} : { dueAt: row.due_at.toISOString() }),
    commandSeq: row.command_seq,
    lastSeq: row.last_seq,
  };
}

function dateOf(time: string | undefined): Date | null {
  return time === undefined ? null : new Date(time);
}

function searchText(job: Job): string {
  const error = job.error === undefined ? [] : [job.error.code, job.error.message];
  return searchable([job.id, job.lane, ...idsIn(job.data), ...error].join('\n'))
    .toWellFormed()
    .slice(0, MAX_SEARCH);
}

/** The form in which text is searched: the same for what is stored and what is asked for. */
export function searchable(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

/** Values of fields whose name ends in "id": `recordId`, `dealer_id`, ... */
function idsIn(data: unknown): string[] {
  if (typeof data !== 'object' || data === null) return [];
  return Object.entries(data)
    .filter(([name, value]) => /id$/i.test(name) && (typeof value === 'string' || typeof value === 'number'))
    .map(([, value]) => String(value));
}
