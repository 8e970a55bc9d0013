import { Validator } from '@seriousme/openapi-schema-validator';
import Type, { type TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { expect, test } from 'vitest';
import { aGateway } from './a-gateway.ts';
import { bearer, withTokens } from './tokens.ts';

const documented = [
  'DELETE /jobs/queue/completed',
  'DELETE /jobs/queue/{job_id}',
  'DELETE /v1/accounts/{id}',
  'DELETE /v1/accounts/{id}/credentials',
  'DELETE /v1/dealers/{dealerId}',
  'DELETE /v1/schedules/{id}',
  'GET /accounts/automation-status/',
  'GET /api/image-queue/job/{jobId}',
  'GET /api/image-queue/queue-stats',
  'GET /api/worker/health',
  'GET /dealers',
  'GET /healthz',
  'GET /jobs/',
  'GET /jobs/queue/status',
  'GET /jobs/queue/{job_id}/status',
  'GET /jobs/{task_id}/status',
  'GET /metrics',
  'GET /readyz',
  'GET /v1/accounts',
  'GET /v1/accounts/{id}',
  'GET /v1/dealers',
  'GET /v1/dealers/{dealerId}',
  'GET /v1/dealers/{dealerId}/schedules',
  'GET /v1/events',
  'GET /v1/fetch-logs',
  'GET /v1/jobs',
  'GET /v1/jobs/{id}',
  'GET /v1/jobs/{id}/evidence',
  'GET /v1/jobs/{id}/evidence/{run}',
  'GET /v1/jobs/{id}/evidence/{run}/{file}',
  'GET /v1/lanes',
  'GET /v1/stats',
  'PATCH /v1/accounts/{id}',
  'PATCH /v1/dealers/{dealerId}',
  'PATCH /v1/schedules/{id}',
  'POST /accounts/post-to-marketplace/',
  'POST /accounts/renew-listings/',
  'POST /api/image-queue/bulk-remove-bg',
  'POST /api/image-queue/remove-bg-queue',
  'POST /jobs/queue',
  'POST /jobs/queue/bulk',
  'POST /jobs/run',
  'POST /jobs/run-bulk',
  'POST /v1/accounts',
  'POST /v1/dealers',
  'POST /v1/dealers/{dealerId}/schedules',
  'POST /v1/events/ticket',
  'POST /v1/jobs',
  'POST /v1/jobs/cancel',
  'POST /v1/jobs/{id}/cancel',
  'POST /v1/jobs/{id}/resolve',
  'POST /v1/jobs/{id}/retry',
  'POST /v1/lanes/{workload}/{lane}/pause',
  'POST /v1/lanes/{workload}/{lane}/resume',
  'PUT /v1/accounts/{id}/credentials',
  'PUT /v1/accounts/{id}/session',
];

async function document() {
  await using gateway = await aGateway();
  return (await gateway.app.inject('/openapi.json')).json();
}

type Operation = { security: object[]; responses: Record<string, unknown> };

/** Every operation of a document, in order of its name, with an address at which it can be asked for. */
function operationsOf({ paths }: { paths: Record<string, Record<string, Operation>> }) {
  return Object.entries(paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([verb, { security, responses }]) => {
        const method = verb.toUpperCase() as 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
        return { name: `${method} ${path}`, method, url: path.replaceAll(/\{\w+\}/g, 'x'), security, responses };
      }),
    )
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

test('the document is valid OpenAPI 3.1', async () => {
  const validator = new Validator();
  expect(await validator.validate(await document())).toEqual({ valid: true });
  expect(validator.version).toBe('3.1');
});

test('the document covers all routes, each with a summary and its answers', async () => {
  const { paths } = (await document()) as {
    paths: Record<string, Record<string, { summary?: string; responses: object }>>;
  };
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, route]) => {
      expect(route.summary, `${method} ${path}`).toBeTruthy();
      const success = Object.keys(route.responses).filter((status) => /^20[0124]$/.test(status));
      expect(success, `${method} ${path}`).not.toEqual([]);
      return `${method.toUpperCase()} ${path}`;
    }),
  );
  expect(routes.toSorted()).toEqual(documented);
});

test('submits document the idempotency key and every problem they can answer with', async () => {
  const { paths } = await document();
  for (const path of ['/v1/jobs', '/api/image-queue/remove-bg-queue', '/api/image-queue/bulk-remove-bg']) {
    const { parameters, responses } = paths[path].post;
    expect(parameters).toContainEqual(expect.objectContaining({ in: 'header', name: 'idempotency-key' }));
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(['400', '413', '415', '422', '429', '503']));
    expect(Object.keys(responses[400].content)).toEqual(['application/problem+json']);
  }
});

test('only submits of the image queue are documented to be limited, since only they are', async () => {
  const operations = operationsOf(await document());
  const limited = operations.filter(({ responses }) => '429' in responses).map(({ name }) => name);
  expect(limited).toEqual([
    'POST /api/image-queue/bulk-remove-bg',
    'POST /api/image-queue/remove-bg-queue',
    'POST /v1/jobs',
  ]);
});

test('every operation documents 401 and 403 exactly where a stranger or some role is answered so', async () => {
  await using gateway = await aGateway({}, withTokens);
  const operations = operationsOf((await gateway.app.inject('/openapi.json')).json());
  const callers = await Promise.all(
    (['viewer', 'client', 'operator', 'admin'] as const).map((role) => bearer({ role, sub: role })),
  );
  for (const { name, method, url, security, responses } of operations) {
    const answers = await Promise.all([{}, ...callers].map((headers) => gateway.app.inject({ method, url, headers })));
    const refusals = answers.filter(({ statusCode }) => statusCode === 401 || statusCode === 403);
    const declared = Object.keys(responses).filter((status) => status === '401' || status === '403');
    expect(declared, name).toEqual([...new Set(refusals.map(({ statusCode }) => String(statusCode)))]);
    expect(security.length > 0, name).toBe(answers[0]?.statusCode === 401);
    for (const { statusCode, headers, body } of refusals) {
      expect(headers['content-type'], name).toContain('application/problem+json');
      const { content } = responses[statusCode] as { content: Record<string, { schema: TSchema }> };
      expect(Value.Errors(content['application/problem+json']?.schema ?? Type.Never(), JSON.parse(body))).toEqual([]);
    }
  }
  const open = operations.filter(({ security }) => security.length === 0).map(({ name }) => name);
  expect(open).toEqual(['GET /healthz', 'GET /metrics', 'GET /readyz']);
});

test('a token is asked for by its scheme; the event stream takes a ticket instead, as a scheme and not as a parameter', async () => {
  const described = await document();
  expect(described.components.securitySchemes).toMatchObject({
    bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
    ticket: { type: 'apiKey', in: 'query', name: 'ticket' },
  });
  for (const { name, security } of operationsOf(described)) {
    const ways = security.map((way) => Object.keys(way).join());
    if (name === 'GET /v1/events') expect(ways).toEqual(['bearer', 'ticket']);
    else if (ways.length > 0) expect(ways, name).toEqual(['bearer']);
  }
  const parameters: { name: string }[] = described.paths['/v1/events'].get.parameters;
  expect(parameters.map(({ name }) => name)).toEqual(expect.not.arrayContaining(['ticket']));
});

test('the browsable documents need nothing from elsewhere', async () => {
  await using gateway = await aGateway();
  const page = await gateway.app.inject('/docs/');
  expect(page.statusCode).toBe(200);
  expect(page.headers['content-type']).toContain('text/html');
  const links = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(
    ([, link = '']) => new URL(link, 'http://own/docs/'),
  );
  expect(links.length).toBeGreaterThan(3);
  for (const { origin, pathname } of links) {
    expect(origin).toBe('http://own');
    expect((await gateway.app.inject(pathname)).statusCode, pathname).toBe(200);
  }
  expect(page.body).not.toMatch(/<script(?![^>]*src=)/);
  expect((await gateway.app.inject('/docs')).statusCode).toBeLessThan(400);
});

test('every answer has security headers and a request id', async () => {
  await using gateway = await aGateway();
  for (const url of ['/healthz', '/nothing', '/v1/jobs']) {
    expect((await gateway.app.inject(url)).headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining("default-src 'self'"),
      'x-frame-options': expect.any(String),
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  }
});
