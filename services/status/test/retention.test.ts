import { setTimeout as delay } from 'node:timers/promises';
import type { Command, JobEvent } from '@lanekeeper/contracts';
import { createLogger, migrate } from '@lanekeeper/service-kit';
import { type Kysely, sql, type Transaction } from 'kysely';
import { describe, expect, inject, it } from 'vitest';
import { migrations } from '../src/database/migrations.ts';
import type { StatusSchema } from '../src/database/schema.ts';
import { AppliedPosition } from '../src/projection/applied-position.ts';
import { foldBatch } from '../src/projection/fold-batch.ts';
import { Lease, LeaseLost } from '../src/projection/lease.ts';
import { storeBatch } from '../src/projection/store-batch.ts';
import { keepRemoving } from '../src/retention/keep-removing.ts';
import { type Removable, removeBatch } from '../src/retention/remove-batch.ts';
import { type RemoveInput, removeOldJobs } from '../src/retention/remove-old-jobs.ts';
import { streamBounds } from '../src/stream-bounds.ts';
import { aCommand, eventsOf, openTestbed, type Testbed, untilApplied } from './testbed.ts';

const open = () => openTestbed(inject('natsUrl'), inject('mysqlAdminUrl'));

const DAY_MS = 86_400_000;
const DAYS = 90;
const KEEP_ALL = { JOB_RETENTION_DAYS: '0' };
/** Sequences of a stream that is no more: beyond what any test stores. */
const FORMER_STREAM = 1_000_000;

const log = createLogger('status', 'silent');

const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString();
const oldCommand = () => aCommand({ submittedAt: daysAgo(DAYS + 1) });

/** Publishes events, lets a service project them, and stops it. */
async function project(bed: Testbed, events: readonly JobEvent[]): Promise<number> {
  let last = 0;
  for (const event of events) last = await bed.publish(event);
  const status = await bed.start(KEEP_ALL);
  await untilApplied(status, last);
  await status.stop();
  return last;
}

/** Stores jobs of a former stream as the projection does, without a stream. */
async function storeOldJobs(bed: Testbed, count: number, lifeOf = completedLife): Promise<void> {
  await migrate(bed.db as unknown as Kysely<never>, 'status', migrations, log);
  let seq = FORMER_STREAM;
  const events = Array.from({ length: count }, () => lifeOf(oldCommand())).flat();
  const decoded = events.map((event) => ({ seq: ++seq, subject: '', data: new Uint8Array(), event }));
  await bed.db.transaction().execute((tx) => storeBatch(tx, foldBatch(new Map(), decoded)));
}

function completedLife(job: Command): JobEvent[] {
  const { queued, completed } = eventsOf(job);
  return [queued(), completed()];
}

/** Removing as the replica that projects does it. */
async function remover(bed: Testbed, lease = new Lease(bed.db, 'test', 60_000)): Promise<RemoveInput> {
  const position = await lease.take();
  if (position === undefined) throw new Error('the lease is not free');
  const applied = new AppliedPosition();
  applied.advance(position.appliedSeq);
  const bounds = () => streamBounds(bed.js, bed.names.eventsStream);
  return { db: bed.db, lease, applied, bounds, log, days: DAYS, signal: new AbortController().signal };
}

/** Completed photos that ended until now. */
const oldPhotos = (bounds: { firstSeq: number; lastSeq: number }): Removable => {
  return { workload: 'remove-bg', state: 'completed', endedBefore: new Date(), ...bounds };
};

async function expire(bed: Testbed, before: number): Promise<void> {
  await (await bed.js.jetstreamManager()).streams.purge(bed.names.eventsStream, { seq: before });
}

/** Resolves when another connection to this database waits for a row that it wants to lock. */
async function untilLockAwaited(tx: Transaction<StatusSchema>): Promise<void> {
  const waiting = sql`SELECT id FROM information_schema.processlist
    WHERE db = DATABASE() AND id <> CONNECTION_ID() AND info LIKE '%for update%'`;
  while ((await waiting.execute(tx)).rows.length === 0) await delay(5);
}

async function left(bed: Testbed) {
  const jobs = await bed.db.selectFrom('jobs').select('id').orderBy('id').execute();
  const events = await bed.db.selectFrom('job_events').select('job_id').distinct().orderBy('job_id').execute();
  const counts = await bed.db.selectFrom('job_counts').select(['state', 'jobs']).where('jobs', '<>', 0).execute();
  return { jobs: jobs.map(({ id }) => id), withEvents: events.map(({ job_id }) => job_id), counts };
}

async function countJobs(bed: Testbed): Promise<number> {
  const { jobs } = await bed.db.selectFrom('jobs').select(sql<number>`COUNT(*)`.as('jobs')).executeTakeFirstOrThrow();
  return Number(jobs);
}

describe('retention', () => {
  it('removes what ended long ago with its events, and keeps what is young or not over', async () => {
    await using bed = await open();
    const stories: [
      state: string,
      age: number,
      stays: boolean,
      life: (of: ReturnType<typeof eventsOf>) => JobEvent[],
    ][] = [
      ['completed', 91, false, (of) => [of.queued(), of.started(), of.completed()]],
      ['failed', 91, false, (of) => [of.queued(), of.started(), of.failed()]],
      ['cancelled', 91, false, (of) => [of.queued(), of.cancelled()]],
      ['completed', 91, false, (of) => [of.started(), of.uncertain(), of.resolved('completed')]],
      ['failed', 91, false, (of) => [of.started(), of.uncertain(), of.resolved('retry')]],
      ['completed', 89, true, (of) => [of.queued(), of.started(), of.completed()]],
      ['failed', 89, true, (of) => [of.queued(), of.started(), of.failed()]],
      ['queued', 400, true, (of) => [of.queued()]],
      ['active', 400, true, (of) => [of.queued(), of.started()]],
      ['retry-scheduled', 400, true, (of) => [of.queued(), of.started(), of.retry()]],
      ['uncertain', 400, true, (of) => [of.queued(), of.started(), of.uncertain()]],
    ];
    const jobs = stories.map(([state, age, stays, life]) => {
      const job = aCommand({ submittedAt: daysAgo(age) });
      return { id: job.jobId, state, stays, events: life(eventsOf(job)) };
    });
    const last = await project(
      bed,
      jobs.flatMap(({ events }) => events),
    );
    await expire(bed, last + 1);
    expect(await bed.db.selectFrom('jobs').select(['id', 'state']).execute()).toEqual(
      expect.arrayContaining(jobs.map(({ id, state }) => ({ id, state }))),
    );

    const removed = await removeOldJobs(await remover(bed));

    const staying = jobs.filter(({ stays }) => stays);
    const ids = staying.map(({ id }) => id).toSorted();
    expect(removed).toEqual({ jobs: 5, events: 14 });
    const now = await left(bed);
    expect(now).toMatchObject({ jobs: ids, withEvents: ids });
    expect(now.counts.toSorted((a, b) => a.state.localeCompare(b.state))).toEqual(
      ['active', 'completed', 'failed', 'queued', 'retry-scheduled', 'uncertain'].map((state) => ({ state, jobs: 1 })),
    );
  });

  it('is at work in a service, and a removed job is answered like one that never was', async () => {
    await using bed = await open();
    const job = oldCommand();
    const waiting = oldCommand();
    const last = await project(bed, [...completedLife(job), eventsOf(waiting).queued()]);
    await expire(bed, last + 1);
    await using status = await bed.start({ PROJECTION_LEASE_MS: '500' });
    while ((await countJobs(bed)) > 1) await delay(20);
    const unknown = await status.get('/v1/jobs/never-was');
    const gone = await status.get(`/v1/jobs/${job.jobId}`);
    expect(gone.status).toBe(404);
    const anonymous = (text: string, id: string) => text.replaceAll(id, '<id>');
    expect(anonymous(JSON.stringify({ ...gone.body, requestId: '' }), job.jobId)).toBe(
      anonymous(JSON.stringify({ ...unknown.body, requestId: '' }), 'never-was'),
    );
    expect((await status.get(`/v1/jobs/${waiting.jobId}`)).body).toMatchObject({ state: 'queued' });
    expect((await status.get('/v1/stats')).body.workloads['remove-bg']).toMatchObject({ completed: 0, waiting: 1 });
  });

  it('keeps a job as long as EVENTS has an event of it, so that reading those again brings nothing back', async () => {
    await using bed = await open();
    const [first, second] = [oldCommand(), oldCommand()];
    await project(bed, [...completedLife(first), ...completedLife(second)]);
    const input = { ...(await remover(bed)), days: 1 };
    expect(await removeOldJobs(input)).toEqual({ jobs: 0, events: 0 });
    await expire(bed, 2); // of the first job only the end is left
    expect(await removeOldJobs(input)).toEqual({ jobs: 0, events: 0 });
    await expire(bed, 3);
    expect(await removeOldJobs(input)).toEqual({ jobs: 1, events: 2 });
    await input.lease.release();

    await bed.db.updateTable('projections').set({ applied_seq: 0 }).execute();
    await using status = await bed.start(KEEP_ALL);
    await untilApplied(status, 4);
    expect(await left(bed)).toEqual({
      jobs: [second.jobId],
      withEvents: [second.jobId],
      counts: [{ state: 'completed', jobs: 1 }],
    });
    expect((await status.get(`/v1/jobs/${first.jobId}`)).status).toBe(404);
  });

  it('removes nothing while events are being read again', async () => {
    await using bed = await open();
    const last = await project(bed, completedLife(oldCommand()));
    const input = await remover(bed);
    await bed.db
      .updateTable('projections')
      .set({ applied_seq: last - 1 })
      .execute();
    await expect(removeOldJobs(input)).rejects.toThrow(LeaseLost);
    expect(await countJobs(bed)).toBe(1);
  });

  it('waits for the projection to be level', async () => {
    await using bed = await open();
    const last = await project(bed, completedLife(oldCommand()));
    await expire(bed, last + 1);
    const input = await remover(bed);
    const setPosition = (applied_seq: number) => bed.db.updateTable('projections').set({ applied_seq }).execute();
    await setPosition(last - 1);
    class CatchingUp extends AppliedPosition {
      override async reached(...args: Parameters<AppliedPosition['reached']>): Promise<void> {
        await setPosition(last);
        this.advance(last);
        return super.reached(...args);
      }
    }
    expect(await removeOldJobs({ ...input, applied: new CatchingUp() })).toEqual({ jobs: 1, events: 2 });
  });

  it('keeps a job for which the projection stores a late event at that moment', async () => {
    await using bed = await open();
    await storeOldJobs(bed, 1);
    const { lease } = await remover(bed);
    const which = oldPhotos({ firstSeq: 2, lastSeq: 0 });
    let removing: ReturnType<typeof removeBatch> | undefined;
    await bed.db.transaction().execute(async (tx) => {
      await lease.lockPosition(tx, 0);
      await tx.updateTable('jobs').set({ last_seq: 5 }).execute();
      removing = removeBatch(bed.db, lease, which);
      await untilLockAwaited(tx);
      await lease.movePosition(tx, 5);
    });
    expect(await removing).toEqual({ jobs: 0, events: 0 });
    expect(await left(bed)).toMatchObject({ jobs: [expect.any(String)], counts: [{ state: 'completed', jobs: 1 }] });
  });

  it('keeps everything for ever with 0', async () => {
    await using bed = await open();
    await storeOldJobs(bed, 1);
    const input = { ...(await remover(bed)), standbyMs: 500 };
    await keepRemoving({ ...input, days: 0 });
    expect(await countJobs(bed)).toBe(1);
    expect(await removeOldJobs(input)).toEqual({ jobs: 1, events: 2 }); // it could have gone
  });

  it('takes 200 jobs at a time', async () => {
    await using bed = await open();
    await storeOldJobs(bed, 450);
    const { lease } = await remover(bed);
    const which = oldPhotos({ firstSeq: 1, lastSeq: 0 });
    const sizes: number[] = [];
    for (let size = -1; size !== 0; sizes.push(size)) size = (await removeBatch(bed.db, lease, which)).jobs;
    expect(sizes).toEqual([200, 200, 50, 0]);
    expect(await left(bed)).toEqual({ jobs: [], withEvents: [], counts: [] });
  });

  it('takes fewer jobs at a time when they have many events', async () => {
    await using bed = await open();
    await storeOldJobs(bed, 5, (job) => {
      const { queued, progressed, completed } = eventsOf(job);
      return [queued(), ...Array.from({ length: 798 }, () => progressed(1)), completed()];
    });
    const { lease } = await remover(bed);
    const which = oldPhotos({ firstSeq: 1, lastSeq: 0 });
    expect(await removeBatch(bed.db, lease, which)).toEqual({ jobs: 2, events: 1_600 });
    expect(await countJobs(bed)).toBe(3);
  });

  it('is done by the replica that projects only', async () => {
    await using bed = await open();
    await storeOldJobs(bed, 1);
    const projecting = await remover(bed);
    const other = { ...projecting, lease: new Lease(bed.db, 'other', 60_000) };
    await expect(removeOldJobs(other)).rejects.toThrow(LeaseLost);
    expect(await countJobs(bed)).toBe(1);
  });

  it('counts each job once when two are at it', async () => {
    await using bed = await open();
    await storeOldJobs(bed, 450);
    const input = await remover(bed);
    const [a, b] = await Promise.all([removeOldJobs(input), removeOldJobs(input)]);
    expect(a.jobs + b.jobs).toBe(450);
    expect(a.events + b.events).toBe(900);
    expect(await left(bed)).toEqual({ jobs: [], withEvents: [], counts: [] });
  });

  it('stops after the batch under way', async () => {
    await using bed = await open();
    await storeOldJobs(bed, 450);
    const ending = new AbortController();
    class EndingLease extends Lease {
      #batches = 0;
      override async lockPosition(...args: Parameters<Lease['lockPosition']>): Promise<number> {
        if (++this.#batches === 2) ending.abort();
        return super.lockPosition(...args);
      }
    }
    const input = await remover(bed, new EndingLease(bed.db, 'test', 60_000));
    expect(await removeOldJobs({ ...input, signal: ending.signal })).toEqual({ jobs: 400, events: 800 });
    const { jobs, withEvents, counts } = await left(bed);
    expect(jobs).toHaveLength(50);
    expect(withEvents).toEqual(jobs);
    expect(counts).toEqual([{ state: 'completed', jobs: 50 }]);
  });

  it('goes on in the other replica when the one at it stops', async () => {
    await using bed = await open();
    await storeOldJobs(bed, 1_200);
    const first = await bed.start({ PROJECTION_LEASE_MS: '500' });
    await using second = await bed.start({ PROJECTION_LEASE_MS: '500' });
    while ((await countJobs(bed)) === 1_200) await delay(10);
    await first.stop();
    const { jobs, withEvents } = await left(bed);
    expect(withEvents.filter((id) => !jobs.includes(id))).toEqual([]);
    while ((await countJobs(bed)) > 0) await delay(20);
    expect(await left(bed)).toEqual({ jobs: [], withEvents: [], counts: [] });
    expect([...first.stops, ...second.stops]).toEqual([]);
  });
});
