import { problem } from '@lanekeeper/service-kit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aGateway, bulkOf, post, single } from './a-gateway.ts';
import { aJob, noJobs, type StatusServer, startStatusServer } from './status-server.ts';

const SINGLE = '/api/image-queue/remove-bg-queue';
const BULK = '/api/image-queue/bulk-remove-bg';
let status: StatusServer;
beforeAll(async () => {
  status = await startStatusServer();
});
afterAll(() => status.stop());
const withStatus = () => aGateway({}, { STATUS_URL: status.url });

describe('one photo', () => {
  test('is submitted in its vendor’s lane and answered in the old shape', async () => {
    await using gateway = await aGateway();
    const answer = await gateway.app.inject(post(SINGLE, { ...single, projectId: 'p1', options: { format: 'webp' } }));
    expect(answer.statusCode).toBe(202);
    expect(answer.json()).toEqual({
      success: true,
      jobId: 'job-1',
      recordId: 'r1',
      message: expect.any(String),
      estimatedTime: 'less than a minute',
      estimatedSeconds: { min: 4, max: 8 },
    });
    const data = { ...single, projectId: 'p1', options: { format: 'webp' } };
    expect(gateway.engine.submitted).toEqual([
      [{ workload: 'remove-bg', width: 3, lane: 'v1', tenant: 'vendor:v1', data }],
    ]);
  });

  test('without a vendor belongs to the default one, and unknown fields are ignored at every depth', async () => {
    await using gateway = await aGateway();
    const { vendorId: _, ...body } = single;
    const answer = await gateway.app.inject(post(SINGLE, { ...body, extra: 1, options: { trim: true, extra: 1 } }));
    expect(answer.statusCode).toBe(202);
    expect(gateway.engine.submitted[0]?.[0]).toMatchObject({
      lane: 'default',
      data: { ...body, vendorId: 'default', options: { trim: true } },
    });
    expect(JSON.stringify(gateway.engine.submitted)).not.toContain('extra');
  });

  test.each([
    [{}, ['/recordId', '/photoUrl']],
    [{ ...single, recordId: '' }, ['/recordId']],
    [{ ...single, recordId: 'r'.repeat(65) }, ['/recordId']],
    [{ ...single, recordId: 7 }, ['/recordId']],
    [{ ...single, photoUrl: 'photos/1.jpg' }, ['/photoUrl']],
    [{ ...single, photoUrl: 'ftp://photos.example/1.jpg' }, ['/photoUrl']],
    [{ ...single, photoUrl: 'file:///etc/passwd' }, ['/photoUrl']],
    [{ ...single, photoUrl: `https://photos.example/${'x'.repeat(2048)}` }, ['/photoUrl']],
    [{ ...single, vendorId: '' }, ['/vendorId']],
    [{ ...single, vendorId: '𝄞'.repeat(64) }, ['/vendorId']],
    [{ ...single, vendorId: '\ud800', recordId: 'r\udc00' }, ['/recordId', '/vendorId']],
    [{ ...single, projectId: null }, ['/projectId']],
    [{ ...single, options: { format: 'gif', maxSize: 1 } }, ['/options/format', '/options/maxSize']],
    [{ ...single, options: 'png' }, ['/options']],
    [[], ['']],
  ])('is refused when the body is %j', async (body, pointers) => {
    await using gateway = await aGateway();
    const answer = await gateway.app.inject(post(SINGLE, body));
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    const { code, detail, errors } = answer.json();
    expect(code).toBe('INVALID_REQUEST');
    expect(detail).toMatch(/\w.*\.$/);
    expect(errors.map((error: { pointer: string }) => error.pointer).toSorted()).toEqual(pointers.toSorted());
    expect(gateway.engine.submitted).toEqual([]);
  });

  test('is answered 503 with Retry-After while work cannot be accepted', async () => {
    await using gateway = await aGateway();
    gateway.engine.fail = problem('NOT_READY', 'Away.', { headers: { 'retry-after': '5' } });
    const answer = await gateway.app.inject(post(SINGLE, single));
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['retry-after']).toBe('5');
  });

  test('is answered 500 without the cause when something unforeseen fails', async () => {
    await using gateway = await aGateway();
    gateway.engine.fail = new Error('secret of the engine');
    const answer = await gateway.app.inject(post(SINGLE, single));
    expect(answer.json()).toMatchObject({ status: 500, code: 'INTERNAL' });
    expect(answer.body).not.toContain('secret');
  });

  test('is estimated from measured times and what is ahead', async () => {
    const stats = { ...noJobs, waiting: 50, active: 3, delayed: 1, lanes: 2, serviceMs: { p50: 6_000, p90: 9_000 } };
    await using gateway = await aGateway({ latestStats: () => ({ 'remove-bg': stats }) });
    const answer = await gateway.app.inject(post(SINGLE, single));
    expect(answer.json()).toMatchObject({ estimatedTime: '1-3 minutes', estimatedSeconds: { min: 6, max: 171 } });
  });
});

describe('a bulk', () => {
  test('of 1,000 long URLs is accepted whole, pairing by index and keeping its order', async () => {
    await using gateway = await aGateway();
    const photoUrls = Array.from({ length: 1_000 }, (_, i) => `https://photos.example/${i}/`.padEnd(2_048, 'x'));
    const answer = await gateway.app.inject(post(BULK, bulkOf(1_000, { photoUrls })));
    expect(answer.statusCode).toBe(202);
    const { jobIds, count, success, message } = answer.json();
    expect({ success, count, message }).toEqual({
      success: true,
      count: 1_000,
      message: expect.stringContaining('1000'),
    });
    expect(new Set(jobIds).size).toBe(1_000);
    const [jobs] = gateway.engine.submitted;
    expect(jobs?.map(({ data }) => data)).toEqual(
      photoUrls.map((photoUrl, index) => ({ recordId: `r${index}`, photoUrl, vendorId: 'v1' })),
    );
  });

  test.each([
    ['unequal lengths', { ...bulkOf(2), recordIds: ['r1'] }, ['/photoUrls'], /as many items/],
    ['no photos', bulkOf(0), ['/recordIds'], /must not be empty/],
    ['over 1,000 photos', bulkOf(1_001), ['/recordIds'], /at most 1000/],
    ['missing arrays', { vendorId: 'v1' }, ['/photoUrls', '/recordIds'], /required/],
    ['a record id that is no text', { ...bulkOf(2), recordIds: ['r1', 2] }, ['/recordIds/1'], /string/],
    ['text instead of arrays', { recordIds: 'r1', photoUrls: 'u' }, ['/photoUrls', '/recordIds'], /array/],
  ])('with %s is refused by field and rule', async (_what, body, pointers, rule) => {
    await using gateway = await aGateway();
    const answer = await gateway.app.inject(post(BULK, body));
    expect(answer.statusCode).toBe(400);
    const errors: { pointer: string; detail: string }[] = answer.json().errors;
    expect(errors.map((error) => error.pointer).toSorted()).toEqual(pointers);
    expect(errors[0]?.detail).toMatch(rule);
    expect(gateway.engine.submitted).toEqual([]);
  });

  test('names every bad URL by its index, also when all 1,000 are bad', async () => {
    await using gateway = await aGateway();
    const some = bulkOf(5);
    some.photoUrls[1] = 'nonsense';
    some.photoUrls[4] = 'ftp://photos.example/4.jpg';
    const answer = await gateway.app.inject(post(BULK, some));
    expect(answer.json().errors).toEqual([
      { pointer: '/photoUrls/1', detail: 'must be an absolute http or https URL' },
      { pointer: '/photoUrls/4', detail: 'must be an http or https URL' },
    ]);
    const all = await gateway.app.inject(post(BULK, bulkOf(1_000, { photoUrls: Array(1_000).fill('x') })));
    expect(all.json().errors).toHaveLength(1_000);
    expect(gateway.engine.submitted).toEqual([]);
  });
});

describe('reading a job', () => {
  test.each([
    ['queued', {}, { state: 'waiting' }],
    ['active', { progress: 40 }, { state: 'active', progress: 40 }],
    ['retry-scheduled', {}, { state: 'delayed' }],
    ['completed', { result: { success: true } }, { state: 'completed', result: { success: true } }],
    [
      'failed',
      { error: { code: 'NOT_AN_IMAGE', message: 'It is no image.', retryable: false } },
      { state: 'failed', failedReason: 'It is no image.' },
    ],
    ['cancelled', {}, { state: 'failed', failedReason: 'The job was cancelled.' }],
    ['uncertain', {}, { state: 'failed', failedReason: expect.stringContaining('uncertain') }],
  ] as const)('a %s one has the old shape', async (state, changes, expected) => {
    await using gateway = await withStatus();
    const job = aJob({ id: `job-${state}`, state, ...changes });
    status.jobs.set(job.id, job);
    const answer = await gateway.app.inject(`/api/image-queue/job/${job.id}`);
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({ id: job.id, progress: 0, data: job.data, ...expected });
  });

  test.each(['unknown', 'a.b', 'x'.repeat(500), '..%2Fstats', '%00'])('%s is not found', async (id) => {
    await using gateway = await withStatus();
    const answer = await gateway.app.inject(`/api/image-queue/job/${id}`);
    expect(answer.json()).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });

  test('of another queue is not found', async () => {
    await using gateway = await withStatus();
    status.jobs.set('other', aJob({ id: 'other', workload: 'browser' }));
    expect((await gateway.app.inject('/api/image-queue/job/other')).statusCode).toBe(404);
  });

  test('is answered 503 with Retry-After while the status service is away', async () => {
    await using gateway = await aGateway();
    const answer = await gateway.app.inject('/api/image-queue/job/job-1');
    expect(answer.json()).toMatchObject({ status: 503, code: 'NOT_READY' });
    expect(answer.headers['retry-after']).toBe('2');
  });
});

test('queue-stats counts waiting and failed as the old clients understand them', async () => {
  await using gateway = await withStatus();
  const none = { waiting: 0, active: 0, completed: 0, failed: 0 };
  status.stats = Object.assign(status.stats, {
    'remove-bg': { ...noJobs, waiting: 1, delayed: 2, active: 3, completed: 4, failed: 5, cancelled: 6, uncertain: 7 },
  });
  const answer = await gateway.app.inject('/api/image-queue/queue-stats');
  expect(answer.json()).toEqual({
    backgroundRemoval: { waiting: 3, active: 3, completed: 4, failed: 18 },
    faceCrop: none,
  });
});

describe('worker health', () => {
  const worker = (rembgHealthy: unknown) => ({
    workerId: 'w',
    workload: 'remove-bg',
    slots: 3,
    busy: 0,
    info: { rembgHealthy },
  });
  const latestStats = () => ({ 'remove-bg': { ...noJobs, waiting: 4, delayed: 1, active: 2 } });

  test('is healthy with a live worker that has a healthy rembg', async () => {
    await using gateway = await aGateway({ latestStats });
    gateway.engine.workers = [worker(0), worker(2)];
    const answer = await gateway.app.inject('/api/worker/health');
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({
      status: 'healthy',
      bgRemovalQueueSize: 5,
      faceCropQueueSize: 0,
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
    });
  });

  test.each([
    ['no worker', [], /worker/],
    ['no healthy rembg', [worker(0)], /rembg/],
    ['a worker that says nothing of rembg', [worker(undefined)], /rembg/],
  ])('is 503 unhealthy and says why with %s', async (_what, workers, why) => {
    await using gateway = await aGateway();
    gateway.engine.workers = workers;
    const answer = await gateway.app.inject('/api/worker/health');
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toMatchObject({ status: 'unhealthy', reason: expect.stringMatching(why) });
  });
});
