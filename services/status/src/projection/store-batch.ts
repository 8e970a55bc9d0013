import { chunk } from '@lanekeeper/service-kit';
import { type RawBuilder, sql, type Transaction } from 'kysely';
import { digestOf, toRow } from '../database/job-row.ts';
import type { StatusSchema } from '../database/schema.ts';
import type { BatchOutcome, TimelineEntry } from './fold-batch.ts';

/** Bounds of one statement: far below the smallest default `max_allowed_packet` (16 MiB on MariaDB). */
const STATEMENT = { rows: 250, bytes: 4 * 1024 * 1024 };
/** A bad event's body is kept up to this many bytes. */
const MAX_BAD_BODY = 64 * 1024;

type Tx = Transaction<StatusSchema>;

/** Writes what a batch changed. Writing it again changes nothing but the counts, so it must be fenced by the position. */
export async function storeBatch(tx: Tx, { jobs, counts, timeline, bad }: BatchOutcome): Promise<void> {
  for (const rows of chunk(jobs.map(toRow), STATEMENT, sizeOf)) {
    await tx
      .insertInto('jobs')
      .values(rows)
      .onDuplicateKeyUpdate(newerWins(Object.keys(rows[0] ?? {})))
      .execute();
  }
  for (const rows of chunk(timeline.map(timelineRow), STATEMENT, sizeOf)) {
    await tx
      .insertInto('job_events')
      .values(rows)
      .onDuplicateKeyUpdate({ body: incoming('body') })
      .execute();
  }
  if (counts.length > 0) {
    const rows = counts.map(({ tenant, change, ...row }) => ({ ...row, tenant_key: digestOf(tenant), jobs: change }));
    await tx.insertInto('job_counts').values(rows).onDuplicateKeyUpdate({ jobs: sql`jobs + VALUES(jobs)` }).execute();
  }
  for (const event of bad) await storeBad(tx, event);
}

async function storeBad(tx: Tx, { seq, subject, reason, data }: BatchOutcome['bad'][number]): Promise<void> {
  const body = Buffer.from(data.subarray(0, MAX_BAD_BODY));
  const row = { seq, subject: subject.slice(0, 1_024), reason: reason.slice(0, 1_024).toWellFormed(), body };
  await tx
    .insertInto('bad_events')
    .values({ ...row, recorded_at: new Date() })
    .onDuplicateKeyUpdate({ reason: incoming('reason') })
    .execute();
}

/**
 * Updates every column unless the stored row is newer. `VALUES()` is old but the one form that MySQL 8.4 and MariaDB
 * 10.11 both know. Assignments run left to right, so the sequence that guards them comes last.
 */
function newerWins(columns: readonly string[]): Record<string, RawBuilder<never>> {
  const others = columns.filter((column) => column !== 'id' && column !== 'last_seq');
  const guarded = (column: string) =>
    sql<never>`IF(VALUES(last_seq) >= last_seq, VALUES(${sql.ref(column)}), ${sql.ref(column)})`;
  return Object.fromEntries([...others, 'last_seq'].map((column) => [column, guarded(column)]));
}

function incoming(column: string): RawBuilder<never> {
  return sql<never>`VALUES(${sql.ref(column)})`;
}

function timelineRow({ seq, event }: TimelineEntry) {
  const body = 'job' in event ? { ...event, job: undefined } : event;
  return { job_id: event.jobId, seq, type: event.type, at: new Date(event.at), body: JSON.stringify(body) };
}

/** About how many bytes a row takes in a statement, short columns included. */
function sizeOf(row: object): number {
  const texts = Object.values(row).filter((value) => typeof value === 'string');
  return 256 + texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}
