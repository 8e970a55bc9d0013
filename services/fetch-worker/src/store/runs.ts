import { randomUUID } from 'node:crypto';
import type { DgiWindow } from '@lanekeeper/dgi';
import type { Kysely, Selectable } from 'kysely';
import type { FetchDatabase, FetchWindowsTable } from './fetch-schema.ts';

/** Rows of a window, by what became of them. */
export type WindowCounts = { inserted: number; updated: number; unchanged: number; rejected: number };

/** A window that is stored. */
export type DoneWindow = WindowCounts & { readonly position: number; readonly requests: number };

/** A job's windows and the token under which this attempt may write. */
export type Run = { readonly windows: readonly DgiWindow[]; readonly holder: string };

/** Another attempt has taken the job over: this one must not write any more. */
export class Superseded extends Error {
  constructor(jobId: string) {
    super(`another attempt of job ${jobId} writes now`);
    this.name = 'Superseded';
  }
}

/**
 * Takes the job for this attempt. The windows are those of its first attempt: a range without an end would otherwise grow, and
 * the windows that are stored already would be others.
 */
export async function openRun(
  db: Kysely<FetchDatabase>,
  job: { jobId: string; dealerId: string; fetchType: string },
  plan: () => readonly DgiWindow[],
): Promise<Run> {
  const holder = randomUUID();
  const known = await findRun(db, job.jobId);
  if (known === undefined) {
    const { jobId: job_id, dealerId: dealer_id, fetchType: fetch_type } = job;
    const row = { job_id, dealer_id, fetch_type, windows: JSON.stringify(plan()), holder, created_at: new Date() };
    await db.insertInto('fetch_runs').ignore().values(row).execute();
  }
  await db.updateTable('fetch_runs').set({ holder }).where('job_id', '=', job.jobId).execute();
  const run = await findRun(db, job.jobId);
  if (run === undefined) throw new Error(`the run of job ${job.jobId} is gone`);
  return { windows: JSON.parse(run.windows) as DgiWindow[], holder };
}

const findRun = (db: Kysely<FetchDatabase>, jobId: string) =>
  db.selectFrom('fetch_runs').select(['windows', 'holder']).where('job_id', '=', jobId).executeTakeFirst();

/** Keeps every other attempt of the job from writing until the transaction ends. @throws Superseded */
export async function lockRun(db: Kysely<FetchDatabase>, jobId: string, holder: string): Promise<void> {
  const query = db.selectFrom('fetch_runs').select('holder').where('job_id', '=', jobId).forUpdate();
  if ((await query.executeTakeFirst())?.holder !== holder) throw new Superseded(jobId);
}

/** The windows of a job that are stored, in order. */
export async function doneWindows(db: Kysely<FetchDatabase>, jobId: string): Promise<DoneWindow[]> {
  const query = db.selectFrom('fetch_windows').selectAll().where('job_id', '=', jobId).orderBy('position');
  return (await query.execute()).map(toDone);
}

/** A window if it is stored. */
export async function findWindow(
  db: Kysely<FetchDatabase>,
  jobId: string,
  position: number,
): Promise<DoneWindow | undefined> {
  const query = db.selectFrom('fetch_windows').selectAll().where('job_id', '=', jobId).where('position', '=', position);
  const row = await query.executeTakeFirst();
  return row && toDone(row);
}

/** Notes that a window is stored, in the transaction that stores it. */
export async function addWindow(
  db: Kysely<FetchDatabase>,
  jobId: string,
  { from: from_time, to: to_time }: DgiWindow,
  done: DoneWindow,
): Promise<void> {
  await db
    .insertInto('fetch_windows')
    .values({ job_id: jobId, from_time, to_time, committed_at: new Date(), ...done })
    .execute();
}

const toDone = ({
  position,
  inserted,
  updated,
  unchanged,
  rejected,
  requests,
}: Selectable<FetchWindowsTable>): DoneWindow => ({ position, inserted, updated, unchanged, rejected, requests });
