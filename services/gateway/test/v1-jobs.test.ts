import { expect, test } from 'vitest';
import { aGateway, post, single } from './a-gateway.ts';

const job = (changes: object = {}) => ({ workload: 'remove-bg', lane: 'v1', data: single, ...changes });

test('one job is accepted with a link to it', async () => {
  await using gateway = await aGateway({}, { PUBLIC_URL: 'https://lanes.example/x' });
  const answer = await gateway.app.inject(post('/v1/jobs', job({ priority: 'high' })));
  expect(answer.statusCode).toBe(202);
  const href = 'https://lanes.example/x/v1/jobs/job-1';
  expect(answer.json()).toEqual({ jobs: [{ id: 'job-1', workload: 'remove-bg', lane: 'v1', state: 'queued', href }] });
  expect(answer.headers.location).toBe(href);
  expect(gateway.engine.submitted[0]).toEqual([{ ...job({ priority: 'high' }), width: 3, tenant: 'v1' }]);
});

test('a job may be started later, by a time in any zone', async () => {
  await using gateway = await aGateway();
  const answer = await gateway.app.inject(post('/v1/jobs', job({ runAt: '2030-01-01T01:00:00+01:00' })));
  expect(answer.statusCode).toBe(202);
  expect(gateway.engine.submitted[0]).toMatchObject([{ runAt: '2030-01-01T00:00:00.000Z' }]);
});

test('1,000 jobs of several lanes are accepted in one submit, in order', async () => {
  await using gateway = await aGateway();
  const jobs = Array.from({ length: 1_000 }, (_, index) => {
    const vendorId = `v${index % 7}`;
    return job({ lane: vendorId, data: { ...single, recordId: `r${index}`, vendorId } });
  });
  const answer = await gateway.app.inject(post('/v1/jobs', { jobs }));
  expect(answer.statusCode).toBe(202);
  expect(answer.json().jobs).toHaveLength(1_000);
  expect(gateway.engine.submitted).toHaveLength(1);
  expect(gateway.engine.submitted[0]?.map(({ data }) => data)).toEqual(jobs.map(({ data }) => data));
});

test.each([
  ['nothing', {}, ['/data', '/lane', '/workload']],
  ['an unknown workload', job({ workload: 'dishes' }), ['/workload']],
  ['a name of Object.prototype as workload', job({ workload: 'constructor' }), ['/workload']],
  ['another lane than its data’s', job({ lane: 'v2' }), ['/lane']],
  ['an unknown field', job({ extra: 1 }), ['/extra']],
  ['an unknown field in data', job({ data: { ...single, extra: 1 } }), ['/data/extra']],
  ['data that is null', job({ data: null }), ['/data']],
  ['a bad URL in data', job({ data: { ...single, photoUrl: 'x' } }), ['/data/photoUrl']],
  ['a user name in the URL', job({ data: { ...single, photoUrl: 'https://me@photos.example/1' } }), ['/data/photoUrl']],
  ['an unknown option', job({ data: { ...single, options: { blur: 1 } } }), ['/data/options/blur']],
  ['a time that is none', job({ runAt: 'tomorrow' }), ['/runAt']],
  ['a day that is none', job({ runAt: '2030-02-31T00:00:00Z' }), ['/runAt']],
  ['an unknown priority', job({ priority: 'top' }), ['/priority']],
  [
    'half a surrogate pair',
    job({ lane: '\ud800', data: { ...single, vendorId: '\ud800' } }),
    ['/data/vendorId', '/lane'],
  ],
  ['no jobs', { jobs: [] }, ['/jobs']],
  ['over 1,000 jobs', { jobs: Array(1_001).fill(job()) }, ['/jobs']],
  ['both forms', { ...job(), jobs: [job()] }, ['/data', '/lane', '/workload']],
  [
    'faults in several jobs',
    { jobs: [job(), job({ lane: 'v2' }), job(), job({ data: { ...single, photoUrl: 'x', recordId: '' } })] },
    ['/jobs/1/lane', '/jobs/3/data/photoUrl', '/jobs/3/data/recordId'],
  ],
])('%s is refused by field', async (_what, body, pointers) => {
  await using gateway = await aGateway();
  const answer = await gateway.app.inject(post('/v1/jobs', body));
  expect(answer.statusCode).toBe(400);
  const { code, errors } = answer.json();
  expect(code).toBe('INVALID_REQUEST');
  expect(errors.map((error: { pointer: string }) => error.pointer).toSorted()).toEqual(pointers);
  expect(gateway.engine.submitted).toEqual([]);
});

test.each(['', ' ', 'schlüssel', 'x'.repeat(256)])('the idempotency key "%s" is refused', async (key) => {
  await using gateway = await aGateway();
  const answer = await gateway.app.inject(post('/v1/jobs', job(), { 'idempotency-key': key }));
  expect(answer.json()).toMatchObject({ status: 400, detail: expect.stringContaining('Idempotency-Key') });
});

test('only POST and GET are answered at /v1/jobs', async () => {
  await using gateway = await aGateway();
  const answer = await gateway.app.inject({ method: 'PUT', url: '/v1/jobs', payload: {} });
  expect(answer.json()).toMatchObject({ status: 405, code: 'METHOD_NOT_ALLOWED' });
  expect(answer.headers.allow?.toString().split(', ')).toEqual(expect.arrayContaining(['GET', 'POST']));
});

test.each(['text/plain', 'application/x-www-form-urlencoded'])('%s is no media type of this API', async (type) => {
  await using gateway = await aGateway();
  const answer = await gateway.app.inject({ ...post('/v1/jobs', 'x'), headers: { 'content-type': type } });
  expect(answer.json()).toMatchObject({ status: 415, code: 'UNSUPPORTED_MEDIA_TYPE' });
});

test('a body over four megabytes is refused', async () => {
  await using gateway = await aGateway();
  const answer = await gateway.app.inject(post('/v1/jobs', job({ data: 'x'.repeat(4 * 1024 * 1024) })));
  expect(answer.json()).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' });
});
