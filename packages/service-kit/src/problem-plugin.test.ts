import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { fastify } from 'fastify';
import Type from 'typebox';
import { expect, test } from 'vitest';
import { problem } from './problem.ts';
import { problemPlugin, refuseBrokenHttp, sendFrameworkProblem } from './problem-plugin.ts';

const Body = Type.Object(
  {
    name: Type.String({ minLength: 1 }),
    size: Type.Optional(Type.Integer({ minimum: 2 })),
    format: Type.Optional(Type.Union([Type.Literal('png'), Type.Literal('webp')])),
  },
  { additionalProperties: false },
);
const Query = Type.Object({ limit: Type.Optional(Type.Integer({ maximum: 10 })) });

async function anApp() {
  const app = fastify({ bodyLimit: 100, frameworkErrors: sendFrameworkProblem, clientErrorHandler: refuseBrokenHttp });
  await app.register(problemPlugin);
  app.post('/things', { schema: { body: Body, querystring: Query } }, async (request) => request.body);
  app.get('/things/:id', async () => {
    throw problem('NOT_READY', 'The database is away.', {
      headers: { 'retry-after': '2' },
      cause: new Error('secret'),
    });
  });
  app.get('/broken', async () => {
    throw new Error('secret');
  });
  return app;
}
const post = (payload: unknown, url = '/things') => ({ method: 'POST' as const, url, payload: payload as object });

test('a body that does not fit names every offending field by JSON pointer', async () => {
  const app = await anApp();
  const answer = await app.inject(post({ size: 1.5, format: 'gif', 'a/b': 1 }));
  expect(answer.statusCode).toBe(400);
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(answer.json()).toMatchObject({ code: 'INVALID_REQUEST', status: 400 });
  expect(answer.json().errors).toEqual(
    expect.arrayContaining([
      { pointer: '/name', detail: 'is required' },
      { pointer: '/a~1b', detail: 'is not a known field' },
      { pointer: '/size', detail: 'must be integer' },
      { pointer: '/format', detail: 'must be one of "png", "webp"' },
    ]),
  );
  expect(answer.json().errors).toHaveLength(4);
});

test('bodies are not coerced, query parameters are', async () => {
  const app = await anApp();
  expect((await app.inject(post({ name: 'a', size: '3' }))).statusCode).toBe(400);
  expect((await app.inject(post({ name: 'a' }, '/things?limit=3'))).statusCode).toBe(200);
  const answer = await app.inject(post({ name: 'a' }, '/things?limit=30'));
  expect(answer.json()).toMatchObject({ detail: '/limit in the query must be <= 10.' });
});

test.each([
  ['malformed JSON', { headers: { 'content-type': 'application/json' }, payload: '{' }, 400, 'INVALID_REQUEST'],
  ['an empty JSON body', { headers: { 'content-type': 'application/json' }, payload: '' }, 400, 'INVALID_REQUEST'],
  ['no body', {}, 400, 'INVALID_REQUEST'],
  ['XML', { headers: { 'content-type': 'text/xml' }, payload: '<a/>' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
  ['a body over the limit', { payload: { name: 'x'.repeat(200) } }, 413, 'BODY_TOO_LARGE'],
])('%s is refused as a problem', async (_what, request, status, code) => {
  const app = await anApp();
  const answer = await app.inject({ method: 'POST', url: '/things', ...request });
  expect(answer.statusCode).toBe(status);
  expect(answer.json()).toMatchObject({ code, status, type: `urn:lanekeeper:problem:${code}` });
});

test('an unknown path is 404, a wrong method 405 with Allow, a malformed path 400', async () => {
  const app = await anApp();
  expect((await app.inject('/nothing')).json()).toMatchObject({ code: 'NOT_FOUND', status: 404 });
  const wrong = await app.inject({ method: 'DELETE', url: '/things/7?x=1' });
  expect(wrong.json()).toMatchObject({ code: 'METHOD_NOT_ALLOWED', status: 405 });
  expect(wrong.headers.allow).toBe('GET, HEAD');
  expect((await app.inject('/things/%zz')).json()).toMatchObject({ code: 'INVALID_REQUEST', status: 400 });
});

test('a thrown problem keeps its headers, and neither it nor a fault shows its cause', async () => {
  const app = await anApp();
  const away = await app.inject('/things/7');
  expect(away.headers['retry-after']).toBe('2');
  expect(away.json()).toMatchObject({ code: 'NOT_READY', status: 503, detail: 'The database is away.' });
  const broken = await app.inject('/broken');
  expect(broken.json()).toMatchObject({ code: 'INTERNAL', status: 500 });
  expect(away.body + broken.body).not.toContain('secret');
});

test('what is not HTTP is refused as a problem, too', async () => {
  const app = await anApp();
  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
  const socket = connect({ host: '127.0.0.1', port: Number(port) });
  socket.write('GET / HTP/1.1\r\nhost: x\r\n\r\n');
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
  expect(head).toMatch(/^HTTP\/1\.1 400 .*application\/problem\+json/s);
  expect(JSON.parse(body)).toMatchObject({ code: 'INVALID_REQUEST', status: 400 });
  await app.close();
});
