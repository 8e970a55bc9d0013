import { fastify } from 'fastify';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Claims } from '../src/auth/claims.ts';
import { aGateway, bulkOf, post, recordingEngine, single } from './a-gateway.ts';
import { aJob, type StatusServer, startStatusServer } from './status-server.ts';
import { bearer, inSeconds, withTokens } from './tokens.ts';

let status: StatusServer;
beforeAll(async () => {
  status = await startStatusServer();
});
afterAll(() => status.stop());
beforeEach(() => {
  status.requests.length = 0;
});

const secured = (parts = {}, env = {}) => aGateway(parts, { ...withTokens, STATUS_URL: status.url, ...env });
const acme: Partial<Claims> = { role: 'client', sub: 'alice', vendors: ['acme'] };

test('without a token only probes, documentation and images are open', async () => {
  await using gateway = await secured();
  const codeOf = async (url: string) => (await gateway.app.inject(url)).statusCode;
  for (const url of ['/healthz', '/readyz', '/openapi.json', '/docs']) expect(await codeOf(url), url).toBeLessThan(400);
  for (const url of ['/media/none.png', '/nothing']) expect(await codeOf(url), url).toBe(404);
  for (const url of ['/v1/jobs', '/v1/events', '/v1/lanes', '/v1/stats', '/api/image-queue/job/x']) {
    const answer = await gateway.app.inject(url);
    expect(answer.statusCode, url).toBe(401);
    expect(answer.json(), url).toMatchObject({ code: 'NOT_AUTHENTICATED' });
    expect(answer.headers['www-authenticate'], url).toContain('Bearer');
  }
  expect(status.requests).toEqual([]);
});

test.each([
  ['expired', async () => bearer({ exp: inSeconds(-60) }), /expired/],
  ['signed by somebody else', async () => bearer({}, { secret: 'another secret, as long as the other one' }), /signed/],
  [
    'not signed',
    async () => ({ authorization: `Bearer ${new UnsecuredJWT({ sub: 'a', exp: 2e9 }).encode()}` }),
    /valid/,
  ],
  ['no token at all', async () => ({ authorization: 'Bearer x.y.z' }), /valid/],
  ['of an unknown role', async () => bearer({ role: 'root' as never }), /\/role/],
  ['of vendors that are no list', async () => bearer({ vendors: 'acme' as never }), /\/vendors/],
])('a token that is %s is refused, saying why', async (_what, headers, reason) => {
  await using gateway = await secured();
  const answer = await gateway.app.inject({ url: '/v1/jobs', headers: await headers() });
  expect(answer.statusCode).toBe(401);
  expect(answer.json().detail).toMatch(reason);
});

test('a client sends work to its own lanes, and other lanes are not there for it', async () => {
  await using gateway = await secured();
  const headers = await bearer(acme);
  const own = await gateway.app.inject(
    post('/api/image-queue/remove-bg-queue', { ...single, vendorId: 'acme' }, headers),
  );
  expect(own.statusCode).toBe(202);
  const { vendorId: _, ...unnamed } = single;
  await gateway.app.inject(post('/api/image-queue/remove-bg-queue', unnamed, headers));
  const sent = gateway.engine.submitted.map(([job]) => [job?.lane, job?.tenant]);
  expect(sent).toEqual([
    ['acme', 'vendor:acme'],
    ['acme', 'vendor:acme'],
  ]);
  const job = { workload: 'remove-bg', lane: 'v1', data: single };
  for (const request of [
    post('/api/image-queue/remove-bg-queue', single, headers),
    post('/api/image-queue/bulk-remove-bg', bulkOf(2), headers),
    post('/v1/jobs', job, headers),
    post('/v1/jobs', { jobs: [{ ...job, lane: 'acme', data: { ...single, vendorId: 'acme' } }, job] }, headers),
    post('/v1/lanes/remove-bg/v1/pause', { reason: 'spite' }, headers),
  ]) {
    const answer = await gateway.app.inject(request);
    expect([request.url, answer.statusCode, answer.json().code]).toEqual([request.url, 404, 'NOT_FOUND']);
  }
  expect(gateway.engine.submitted).toHaveLength(2);
});

test('a dealer of the same id is another owner', async () => {
  await using gateway = await secured();
  const headers = await bearer({ role: 'client', dealers: ['v1'], accounts: ['v1'] });
  const answer = await gateway.app.inject(
    post('/v1/jobs', { workload: 'remove-bg', lane: 'v1', data: single }, headers),
  );
  expect(answer.statusCode).toBe(404);
  await gateway.app.inject({ url: '/v1/jobs', headers });
  expect(status.requests.map(({ headers }) => headers['x-lanekeeper-tenants'])).toEqual(['["account:v1","dealer:v1"]']);
});

test('a client sees only its own lanes', async () => {
  const lane = (name: string) => ({ workload: 'remove-bg', lane: name, commands: 1 });
  const lanes = [lane('v1'), lane('acme')];
  const listLanes = async (workload: string) =>
    workload === 'remove-bg' ? { lanes, total: 2 } : { lanes: [], total: 0 };
  const engine = { ...recordingEngine(), listLanes };
  await using gateway = await secured({ engine });
  const answer = await gateway.app.inject({ url: '/v1/lanes', headers: await bearer(acme) });
  expect(answer.json()).toEqual({ lanes: [lane('acme')], total: 1 });
});

test('a client may do to its jobs what it does not see of others', async () => {
  const cancel = vi.fn(async () => ({
    jobId: 'job-1',
    workload: 'remove-bg',
    lane: 'acme',
    state: 'cancelled' as const,
  }));
  await using gateway = await secured({ engine: { ...recordingEngine(), cancel } });
  status.jobs.set('job-1', aJob());
  const headers = await bearer(acme);
  expect((await gateway.app.inject(post('/v1/jobs/job-1/cancel', {}, headers))).statusCode).toBe(200);
  expect((await gateway.app.inject(post('/v1/jobs/job-2/cancel', {}, headers))).statusCode).toBe(404);
  expect(cancel).toHaveBeenCalledTimes(1);
  const scopes = status.requests.map(({ headers }) => headers['x-lanekeeper-tenants']);
  expect(scopes).toEqual(['["vendor:acme"]', '["vendor:acme"]']);
});

test('an operator sees and does all, a viewer sees all and does nothing', async () => {
  await using gateway = await secured();
  const submit = async (role: 'operator' | 'viewer') =>
    gateway.app.inject(post('/api/image-queue/remove-bg-queue', single, await bearer({ role })));
  expect((await submit('operator')).statusCode).toBe(202);
  const refused = await submit('viewer');
  expect([refused.statusCode, refused.json().code]).toEqual([403, 'NOT_ALLOWED']);
  await gateway.app.inject({ url: '/v1/jobs', headers: await bearer({ role: 'viewer' }) });
  expect(status.requests[0]?.headers).not.toHaveProperty('x-lanekeeper-tenants');
});

test('a route that does not say it limits clients is closed to them', async () => {
  await using gateway = await secured();
  const answer = async (role: 'client' | 'viewer') =>
    (await gateway.app.inject({ url: '/api/worker/health', headers: await bearer({ role }) })).statusCode;
  expect(await answer('client')).toBe(403);
  expect(await answer('viewer')).toBe(503);
});

test('a ticket opens the event stream with the scope of its caller, and nothing else', async () => {
  await using gateway = await secured();
  const url = await gateway.app.listen({ host: '127.0.0.1', port: 0 });
  const issued = await fetch(`${url}/v1/events/ticket`, { method: 'POST', headers: await bearer(acme) });
  const { ticket, expiresAt } = (await issued.json()) as { ticket: string; expiresAt: string };
  expect(Date.parse(expiresAt)).toBeLessThan(Date.now() + 70_000);
  const opened = status.nextStream();
  const leave = new AbortController();
  const stream = await fetch(`${url}/v1/events?ticket=${ticket}&lane=acme`, { signal: leave.signal });
  await opened;
  expect(stream.status).toBe(200);
  expect(status.requests[0]).toMatchObject({
    url: '/v1/events?lane=acme',
    headers: { 'x-lanekeeper-tenants': '["vendor:acme"]' },
  });
  leave.abort();
  expect((await fetch(`${url}/v1/jobs?ticket=${ticket}`)).status).toBe(401);
  expect((await fetch(`${url}/v1/jobs`, { headers: { authorization: `Bearer ${ticket}` } })).status).toBe(401);
  const token = (await bearer(acme)).authorization.slice('Bearer '.length);
  expect((await fetch(`${url}/v1/events?ticket=${token}`)).status).toBe(401);
});

test('an event stream ends with the token that opened it', async () => {
  await using gateway = await secured();
  const url = await gateway.app.listen({ host: '127.0.0.1', port: 0 });
  const stream = await fetch(`${url}/v1/events`, { headers: await bearer({ ...acme, exp: inSeconds(3) }) });
  expect(stream.status).toBe(200);
  expect(await stream.text()).toBe('');
});

test('tokens of an identity provider are checked with its keys, issuer and audience', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const provider = fastify();
  provider.get('/keys', async () => ({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' }] }));
  const base = await provider.listen({ host: '127.0.0.1', port: 0 });
  const env = { AUTH_JWKS_URL: `${base}/keys`, AUTH_ISSUER: base, AUTH_AUDIENCE: 'lanekeeper' };
  const token = async (audience: string) => {
    const jwt = new SignJWT({ role: 'operator' }).setProtectedHeader({ alg: 'ES256', kid: 'k1' }).setSubject('bob');
    return `Bearer ${await jwt.setIssuer(base).setAudience(audience).setExpirationTime('1h').sign(privateKey)}`;
  };
  const headers = { authorization: await token('lanekeeper') };
  {
    await using gateway = await secured({}, env);
    const read = async (authorization: string) =>
      (await gateway.app.inject({ url: '/v1/jobs', headers: { authorization } })).statusCode;
    expect(await read(headers.authorization)).toBe(200);
    expect(await read(await token('something else'))).toBe(401);
    expect(await read((await bearer({ role: 'operator' })).authorization)).toBe(401);
  }
  await provider.close();
  await using gateway = await secured({}, env);
  const away = await gateway.app.inject({ url: '/v1/jobs', headers });
  expect([away.statusCode, away.json().code]).toEqual([503, 'NOT_READY']);
});
