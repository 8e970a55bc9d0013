import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { describe, expect, inject, it } from 'vitest';
import { aCommand, eventsOf, openTestbed, untilApplied } from './testbed.ts';

const open = () => openTestbed(inject('natsUrl'), inject('mysqlAdminUrl'));

describe('the projection', () => {
  it('shows a job through its life', async () => {
    await using bed = await open();
    await using status = await bed.start();
    const job = aCommand({ priority: 'high', retryOf: 'older' });
    const events = eventsOf(job);
    let last = 0;
    for (const event of [events.queued(7), events.started(), events.progressed(40), events.retry()]) {
      last = await bed.publish(event);
    }
    const waiting = await status.get(`/v1/jobs/${job.jobId}?minSeq=${last}`);
    expect(waiting.body).toMatchObject({
      id: job.jobId,
      state: 'retry-scheduled',
      progress: 40,
      attempt: 1,
      lane: 'v1',
      tenant: 't1',
      data: job.data,
      priority: 'high',
      retryOf: 'older',
      commandSeq: 7,
      lastSeq: last,
      position: 0,
      error: { code: 'TIMEOUT' },
    });
    await bed.publish(events.started(2, 6));
    last = await bed.publish(events.completed(2, 9));
    const { body } = await status.get(`/v1/jobs/${job.jobId}?minSeq=${last}`);
    expect(body).toMatchObject({ state: 'completed', progress: 100, result: { ok: true }, attempt: 2 });
    expect(body.attempts).toMatchObject([
      { attempt: 1, worker: 'w1', outcome: 'failed', error: { code: 'TIMEOUT' } },
      { attempt: 2, outcome: 'completed' },
    ]);
    expect(body.timeline.map((event: { type: string }) => event.type)).toEqual([
      'queued',
      'started',
      'progressed',
      'retry-scheduled',
      'started',
      'completed',
    ]);
    expect(body.timeline.at(-1)).toMatchObject({ seq: last, at: body.endedAt });
    expect(JSON.stringify(body.timeline)).not.toContain('photoUrl');
  });

  it('keeps lanes, tenants and data as they are, whatever characters they have', async () => {
    await using bed = await open();
    await using status = await bed.start();
    const text = `o'neil "x" \\ % _ ! é 漢字 🦊 \u0000 end`;
    const job = aCommand({ lane: text, tenant: text, data: { text, deep: [null, 1.5, { a: '' }], recordId: text } });
    const seq = await bed.publish(eventsOf(job).queued());
    const { body } = await status.get(`/v1/jobs/${job.jobId}?minSeq=${seq}`);
    expect(body).toMatchObject({ lane: text, tenant: text, data: job.data });
    const found = await status.get(`/v1/jobs?lane=${encodeURIComponent(text)}&tenant=${encodeURIComponent(text)}`);
    expect(found.body.jobs).toHaveLength(1);
  });

  it('records what is no event, leaves it out, and goes on', async () => {
    await using bed = await open();
    await using status = await bed.start();
    const job = aCommand();
    const { queued, started } = eventsOf(job);
    const subject = bed.names.event(job.workload, job.lane, job.jobId);
    await bed.publish(queued());
    const bad = [
      'not json',
      '{"type":"exploded"}',
      new Uint8Array([0xff, 0xfe]),
      JSON.stringify({ ...started(), lane: 'v2' }),
      JSON.stringify({ ...started(), at: '2016-12-31T23:59:60Z' }),
    ];
    for (const body of bad) await bed.js.publish(subject, body);
    const last = await bed.publish(started());
    const { body } = await status.get(`/v1/jobs/${job.jobId}?minSeq=${last}`);
    expect(body).toMatchObject({ state: 'active', lastSeq: last });
    expect(body.timeline).toHaveLength(2);
    const rows = await bed.db.selectFrom('bad_events').selectAll().orderBy('seq').execute();
    expect(rows.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/^not JSON/),
      'not a known event: type "exploded"',
      expect.stringMatching(/^not JSON/),
      'the body is about another job than the subject',
      'a time is out of range',
    ]);
    expect(Buffer.from(rows[0]?.body ?? []).toString()).toBe('not json');
  });

  it('records an event that the database refuses, and stores the others of its batch', async () => {
    await using bed = await open();
    const jobs = Array.from({ length: 20 }, () => aCommand());
    const refused = aCommand();
    for (const job of jobs.slice(0, 10)) await bed.publish(eventsOf(job).queued());
    await bed.publish({ ...eventsOf(refused).started(), attempt: 5_000_000_000 } as never);
    for (const job of jobs.slice(10)) await bed.publish(eventsOf(job).queued());
    await using status = await bed.start();
    await untilApplied(status, 21);
    const { body } = await status.get('/v1/jobs?limit=100');
    expect(body.jobs).toHaveLength(20);
    const rows = await bed.db.selectFrom('bad_events').select(['seq', 'reason']).execute();
    expect(rows).toEqual([{ seq: 11, reason: 'the database refuses its content' }]);
  });

  it('folds every event once with two replicas at work, and either goes on when the other stops', async () => {
    await using bed = await open();
    const first = await bed.start({ PROJECTION_LEASE_MS: '1000' });
    await using second = await bed.start({ PROJECTION_LEASE_MS: '1000' });
    const jobs = Array.from({ length: 200 }, () => aCommand());
    const publishAll = async (step: 'queued' | 'started' | 'completed') => {
      const seqs = await Promise.all(jobs.map((job) => bed.publish(eventsOf(job)[step]())));
      return Math.max(...seqs);
    };
    await publishAll('queued');
    const publishing = publishAll('started');
    await first.stop();
    await publishing;
    const last = await publishAll('completed');
    await untilApplied(second, last);
    const { body } = await second.get('/v1/stats');
    expect(body.workloads['remove-bg']).toMatchObject({ waiting: 0, active: 0, completed: 200, lanes: 0 });
    const rows = await bed.db.selectFrom('jobs').select(['state', 'attempt', 'progress']).execute();
    expect(rows).toHaveLength(200);
    expect(new Set(rows.map((row) => JSON.stringify(row)))).toEqual(
      new Set([JSON.stringify({ state: 'completed', attempt: 1, progress: 100 })]),
    );
    const events = await bed.db.selectFrom('job_events').select('seq').execute();
    expect(events).toHaveLength(600);
  });

  it('writes nothing while another replica holds the lease, and goes on when that one vanished', async () => {
    await using bed = await open();
    await using status = await bed.start({ PROJECTION_LEASE_MS: '600' });
    await untilApplied(status, await bed.publish(eventsOf(aCommand()).queued()));
    const other = { holder: 'someone-else', lease_until: sql<Date>`DATE_ADD(NOW(3), INTERVAL 2 SECOND)` };
    await bed.db.updateTable('projections').set(other).execute();
    const seq = await bed.publish(eventsOf(aCommand()).queued());
    const row = () => bed.db.selectFrom('projections').select(['holder', 'applied_seq']).executeTakeFirstOrThrow();
    for (let now = await row(); now.holder === other.holder; now = await row()) {
      expect(now.applied_seq).toBe(seq - 1);
      await delay(20);
    }
    await untilApplied(status, seq);
  });

  it('changes nothing when events that are stored already are read again', async () => {
    await using bed = await open();
    const first = await bed.start();
    const job = aCommand();
    const events = eventsOf(job);
    for (const event of [events.queued(), events.started(), events.progressed(30)]) await bed.publish(event);
    const last = await bed.publish(events.completed());
    await untilApplied(first, last);
    const before = (await first.get(`/v1/jobs/${job.jobId}`)).body;
    await first.stop();
    await bed.db.updateTable('projections').set({ applied_seq: 1 }).execute();
    await using second = await bed.start();
    await untilApplied(second, last);
    expect((await second.get(`/v1/jobs/${job.jobId}`)).body).toEqual(before);
    expect((await second.get('/v1/stats')).body.workloads['remove-bg']).toMatchObject({ completed: 1, waiting: 0 });
  });

  it('rebuilds the tables while running when they are emptied', async () => {
    await using bed = await open();
    await using status = await bed.start({ PROJECTION_LEASE_MS: '600' });
    const jobs = Array.from({ length: 5 }, () => aCommand());
    for (const job of jobs) await bed.publish(eventsOf(job).queued());
    await untilApplied(status, 5);
    await bed.db.transaction().execute(async (tx) => {
      await tx.updateTable('projections').set({ applied_seq: 0 }).execute();
      for (const table of ['jobs', 'job_events', 'job_counts'] as const) await tx.deleteFrom(table).execute();
    });
    const seq = await bed.publish(eventsOf(aCommand()).queued());
    await untilApplied(status, seq);
    expect((await status.get('/v1/jobs')).body.jobs).toHaveLength(6);
    expect((await status.get('/v1/stats')).body.workloads['remove-bg'].waiting).toBe(6);
  });

  it('begins with what is stored when older events have expired', async () => {
    await using bed = await open();
    const jobs = Array.from({ length: 5 }, () => aCommand());
    for (const job of jobs) await bed.publish(eventsOf(job).queued());
    const jsm = await bed.js.jetstreamManager();
    await jsm.streams.purge(bed.names.eventsStream, { seq: 4 });
    await using status = await bed.start();
    await untilApplied(status, 5);
    expect((await status.get('/v1/jobs')).body.jobs).toHaveLength(2);
  });

  it('is not stuck behind events that were removed', async () => {
    await using bed = await open();
    for (let n = 0; n < 3; n++) await bed.publish(eventsOf(aCommand()).queued());
    const jsm = await bed.js.jetstreamManager();
    await jsm.streams.purge(bed.names.eventsStream);
    await using status = await bed.start();
    expect((await status.get('/v1/jobs/unknown')).status).toBe(404);
  });

  it('asks to be started anew when the stream was replaced by another', async () => {
    await using bed = await open();
    const status = await bed.start({ PROJECTION_LEASE_MS: '600' });
    await untilApplied(status, await bed.publish(eventsOf(aCommand()).queued()));
    const jsm = await bed.js.jetstreamManager();
    const { config } = await jsm.streams.info(bed.names.eventsStream);
    await jsm.streams.delete(bed.names.eventsStream);
    await jsm.streams.add(config);
    const job = aCommand();
    await bed.publish(eventsOf(job).queued());
    while (status.stops.length === 0) await delay(50);
    expect(status.stops[0]).toContain('replaced');
    await status.stop();
    await using again = await bed.start();
    expect((await again.get(`/v1/jobs/${job.jobId}`)).status).toBe(200);
  });
});
