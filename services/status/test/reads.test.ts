import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { aCommand, eventsOf, openTestbed, type RunningStatus, type Testbed, untilApplied } from './testbed.ts';

let bed: Testbed;
let status: RunningStatus;
beforeAll(async () => {
  bed = await openTestbed(inject('natsUrl'), inject('mysqlAdminUrl'));
  status = await bed.start();
});
afterAll(() => bed?.[Symbol.asyncDispose]());

/** Publishes queued jobs and waits until they are visible. */
async function given(jobs: ReturnType<typeof aCommand>[]): Promise<void> {
  let last = 0;
  for (const [index, job] of jobs.entries()) last = await bed.publish(eventsOf(job).queued(index + 1));
  await untilApplied(status, last);
}
const ids = (body: { jobs: { id: string }[] }) => body.jobs.map(({ id }) => id);
const tenants = (...list: string[]) => ({ 'x-lanekeeper-tenants': JSON.stringify(list) });

describe('GET /v1/jobs', () => {
  it('pages from the newest to the oldest, undisturbed by jobs that are added meanwhile', async () => {
    const jobs = Array.from({ length: 25 }, () => aCommand({ lane: 'paging' }));
    await given(jobs);
    const seen: string[] = [];
    let after = '';
    do {
      const { body } = await status.get(`/v1/jobs?lane=paging&limit=10${after}`);
      seen.push(...ids(body));
      after = body.next === undefined ? '' : `&after=${body.next}`;
      if (seen.length === 10) await given([aCommand({ lane: 'paging' }), aCommand({ lane: 'paging' })]);
    } while (after !== '');
    expect(seen).toEqual(jobs.map(({ jobId }) => jobId).reverse());
  });

  it('pages through jobs that were submitted in the same millisecond', async () => {
    const submittedAt = '2026-02-02T00:00:00.000Z';
    const jobs = Array.from({ length: 7 }, () => aCommand({ lane: 'same-time', submittedAt }));
    await given(jobs);
    const first = await status.get('/v1/jobs?lane=same-time&limit=4');
    const second = await status.get(`/v1/jobs?lane=same-time&limit=4&after=${first.body.next}`);
    expect(second.body.next).toBeUndefined();
    expect([...ids(first.body), ...ids(second.body)].sort()).toEqual(jobs.map(({ jobId }) => jobId).sort());
  });

  it('filters by workload, lane and state together', async () => {
    const lane = 'filters';
    const [a, b, c] = [aCommand({ lane }), aCommand({ lane, workload: 'fetch' }), aCommand({ lane })];
    await given([a, b, c]);
    await untilApplied(status, await bed.publish(eventsOf(c).started()));
    expect(ids((await status.get('/v1/jobs?lane=filters&workload=fetch')).body)).toEqual([b.jobId]);
    expect(ids((await status.get('/v1/jobs?lane=filters&workload=remove-bg&state=active')).body)).toEqual([c.jobId]);
    expect(ids((await status.get('/v1/jobs?lane=filters&state=queued')).body)).toEqual([b.jobId, a.jobId]);
    expect(ids((await status.get('/v1/jobs?lane=Filters')).body)).toEqual([]);
    expect(ids((await status.get('/v1/jobs?lane=filters%20')).body)).toEqual([]);
  });

  it.each([
    ['100%_sure', '100%_SURE', true],
    ['100%_sure', '100x_sure', false],
    ['a!b\\c', '!b\\', true],
    [`o'neil "quoted"`, `neil "Q`, true],
    ['漢字-7', '字-7', true],
    ['plain', '%', false],
    ['plain', '_', false],
  ])('searches record id %s for %s', async (recordId, q, isFound) => {
    const lane = `q-${Buffer.from(recordId + q).toString('hex')}`;
    const job = aCommand({ jobId: `q${lane.slice(2, 60)}`, lane, data: { recordId } });
    await given([job]);
    const { body } = await status.get(`/v1/jobs?lane=${lane}&q=${encodeURIComponent(q)}`);
    expect(ids(body)).toEqual(isFound ? [job.jobId] : []);
  });

  it('searches ids, lanes and errors too', async () => {
    const job = aCommand({ lane: 'search@dealer.example' });
    await given([job]);
    await untilApplied(status, await bed.publish(eventsOf(job).failed('The Photo host answered 404.')));
    for (const q of [job.jobId.slice(-6), 'DEALER.exam', 'photo HOST', 'timeout']) {
      const { body } = await status.get(`/v1/jobs?lane=search@dealer.example&q=${encodeURIComponent(q)}`);
      expect(ids(body), q).toEqual([job.jobId]);
    }
  });

  it.each([
    ['limit=0', '/limit'],
    ['limit=501', '/limit'],
    ['limit=ten', '/limit'],
    ['state=done', '/state'],
    ['workload=No', '/workload'],
    ['lane=', '/lane'],
    ['q=', '/q'],
    ['after=nonsense', '/after'],
    ['minSeq=-1', '/minSeq'],
    ['colour=red', '/colour'],
  ])('refuses ?%s and names %s', async (query, pointer) => {
    const { status: code, body, headers } = await status.get(`/v1/jobs?${query}`);
    expect(code).toBe(400);
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(body).toMatchObject({ code: 'INVALID_REQUEST', errors: [{ pointer }] });
  });
});

describe('GET /v1/jobs/:id', () => {
  it('finds a job right after its event was stored', async () => {
    for (let n = 0; n < 30; n++) {
      const job = aCommand({ lane: 'read-your-write' });
      await bed.publish(eventsOf(job).queued());
      expect((await status.get(`/v1/jobs/${job.jobId}`)).status).toBe(200);
    }
  });

  it('answers 404 for a job that does not exist', async () => {
    const { status: code, body } = await status.get('/v1/jobs/unknown');
    expect([code, body.code]).toEqual([404, 'NOT_FOUND']);
  });

  it('waits for the sequence it is asked for', async () => {
    const job = aCommand({ lane: 'min-seq' });
    await given([job]);
    for (let percent = 1; percent <= 30; percent++) {
      const seq = await bed.publish(eventsOf(job).progressed(percent));
      const { body } = await status.get(`/v1/jobs/${job.jobId}?minSeq=${seq}`);
      expect(body.progress).toBe(percent);
    }
  });

  it('answers 503 for a sequence that does not come', async () => {
    const { status: code, body } = await status.get('/v1/jobs/unknown?minSeq=999999999');
    expect([code, body.code]).toEqual([503, 'NOT_READY']);
  }, 10_000);

  it('tells how many jobs of the lane come first and how long it may take', async () => {
    const lane = 'estimates';
    const done = aCommand({ lane, workload: 'est' });
    const jobs = Array.from({ length: 4 }, () => aCommand({ lane, workload: 'est' }));
    await given([done, ...jobs]);
    expect((await status.get(`/v1/jobs/${jobs[3]?.jobId}`)).body).toMatchObject({ position: 4 });
    await bed.publish(eventsOf(done).started(1, 2));
    await untilApplied(status, await bed.publish(eventsOf(done).completed(1, 12)));
    let body = (await status.get(`/v1/jobs/${jobs[3]?.jobId}`)).body;
    while (body.estimatedSeconds === undefined) body = (await status.get(`/v1/jobs/${jobs[3]?.jobId}`)).body;
    expect(body).toMatchObject({ position: 3, estimatedSeconds: { min: 40, max: 40 } });
    expect((await status.get(`/v1/jobs/${done.jobId}`)).body).not.toHaveProperty('position');
  });

  it.each(['a.b', 'a%20b', '%F0%9F%9A%97', 'x'.repeat(65), 'x'.repeat(200)])(
    'answers 404 for %s, which no job can have as its id',
    async (id) => {
      const { status: code, body } = await status.get(`/v1/jobs/${id}`);
      expect([code, body.code]).toEqual([404, 'NOT_FOUND']);
    },
  );
});

describe('tenants', () => {
  it('hides the jobs of others as if they did not exist', async () => {
    const [mine, theirs] = [aCommand({ lane: 'scope', tenant: 'me' }), aCommand({ lane: 'scope', tenant: 'them' })];
    await given([mine, theirs]);
    const asMe = tenants('me', 'other');
    expect((await status.get(`/v1/jobs/${mine.jobId}`, asMe)).status).toBe(200);
    const hidden = await status.get(`/v1/jobs/${theirs.jobId}`, asMe);
    const unknown = await status.get('/v1/jobs/unknown', asMe);
    expect(hidden.status).toBe(404);
    expect(JSON.stringify(hidden.body).replace(theirs.jobId, 'unknown')).toBe(JSON.stringify(unknown.body));
    expect(ids((await status.get('/v1/jobs?lane=scope', asMe)).body)).toEqual([mine.jobId]);
    expect(ids((await status.get('/v1/jobs?lane=scope&tenant=them', asMe)).body)).toEqual([]);
    expect(ids((await status.get('/v1/jobs?lane=scope&tenant=them')).body)).toEqual([theirs.jobId]);
    expect(ids((await status.get('/v1/jobs?lane=scope', tenants())).body)).toEqual([]);
  });

  it('tells tenants apart that differ only in case or trailing spaces', async () => {
    const job = aCommand({ lane: 'pad', tenant: 'Dealer' });
    await given([job]);
    for (const near of ['Dealer ', 'dealer', 'Deäler']) {
      expect(ids((await status.get('/v1/jobs?lane=pad', tenants(near))).body), near).toEqual([]);
      expect((await status.get(`/v1/jobs/${job.jobId}`, tenants(near))).status, near).toBe(404);
    }
  });

  it('counts only the jobs of the tenants', async () => {
    const jobs = ['s1', 's1', 's2'].map((tenant) => aCommand({ tenant, workload: 'scoped', lane: tenant }));
    await given(jobs);
    const { body } = await status.get('/v1/stats', tenants('s1'));
    expect(body.workloads).toMatchObject({ scoped: { waiting: 2, lanes: 1 } });
    expect(Object.keys(body.workloads)).toEqual(['scoped']);
  });

  it.each(['me', '"me"', '{"a":1}', '[1]', ''])('refuses the header %j instead of showing more', async (header) => {
    const { status: code } = await status.get('/v1/jobs', { 'x-lanekeeper-tenants': header });
    expect(code).toBe(400);
  });
});

describe('GET /v1/stats', () => {
  it('counts jobs by state and tells how long they wait and run', async () => {
    const make = () => aCommand({ workload: 'stats', lane: 'a' });
    const [q, a, r, c1, c2, f] = [make(), make(), make(), make(), make(), make()];
    await given([q, a, r, c1, c2, f]);
    await bed.publish(eventsOf(a).started());
    await bed.publish(eventsOf(r).started());
    await bed.publish(eventsOf(r).retry());
    await bed.publish(eventsOf(f).failed());
    await bed.publish(eventsOf(c1).started(1, 2));
    await bed.publish(eventsOf(c1).completed(1, 12));
    await bed.publish(eventsOf(c2).started(1, 4));
    await untilApplied(status, await bed.publish(eventsOf(c2).completed(1, 34)));
    const { body } = await status.get('/v1/stats?tenant=t1');
    expect(body.workloads.stats).toEqual({
      waiting: 1,
      active: 1,
      delayed: 1,
      completed: 2,
      failed: 1,
      cancelled: 0,
      uncertain: 0,
      serviceMs: { p50: 10_000, p90: 30_000 },
      waitMs: { p50: 2_000, p90: 4_000 },
      lanes: 1,
    });
  });
});

describe('health', () => {
  it('is alive and ready', async () => {
    expect((await status.get('/healthz')).status).toBe(200);
    expect((await status.get('/readyz')).body).toEqual({ status: 'ready' });
  });

  it('answers a wrong method and a wrong path as problems', async () => {
    const wrong = await fetch(`${status.url}/v1/jobs`, { method: 'DELETE' });
    expect([wrong.status, await wrong.json()]).toMatchObject([405, { code: 'METHOD_NOT_ALLOWED' }]);
    expect((await status.get('/v2')).body).toMatchObject({ code: 'NOT_FOUND' });
  });
});
