import { randomBytes } from 'node:crypto';
import { openLanes } from '@lanekeeper/lanes';
import { connectNats, createLogger } from '@lanekeeper/service-kit';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { type LanesEngine, lanesEngine } from '../src/lanes-engine.ts';
import { aGateway, post, single } from './a-gateway.ts';

const log = createLogger('test', 'silent');
const prefix = `gwo${randomBytes(4).toString('hex')}-`;
const connect = () => connectNats({ url: inject('natsUrl'), name: 'gateway test', log });

let engine: LanesEngine;
let gateway: Awaited<ReturnType<typeof aGateway>>;
beforeAll(async () => {
  engine = lanesEngine({ connect, prefix, replicas: 1, log });
  gateway = await aGateway({ engine }, { PUBLIC_URL: 'https://lanes.example' });
  await vi.waitFor(async () => expect(await engine.missing()).toBeUndefined(), { timeout: 15_000 });
});
afterAll(async () => {
  await gateway.app.close();
  await engine.close();
});

const call = async (url: string, body?: object) => {
  const answer = await gateway.app.inject(body ? post(url, body) : { method: 'POST', url });
  return { status: answer.statusCode, body: answer.json() };
};
const submitted = async (vendorId: string): Promise<string> => {
  const { body } = await call('/v1/jobs', { workload: 'remove-bg', lane: vendorId, data: { ...single, vendorId } });
  return body.jobs[0].id;
};
/** Writes an event as a worker would. */
const tell = async (lane: string, jobId: string, event: object) => {
  const nc = await connect();
  const { events } = await openLanes({ nc, prefix });
  const last = await events.last('remove-bg', lane, jobId);
  const common = { jobId, workload: 'remove-bg', lane, at: new Date().toISOString(), attempt: 1 };
  await events.append({ ...common, ...event } as never, last?.seq ?? 0);
  await nc.close();
};

test('a queued job is cancelled, once, with or without a body, and can be retried', async () => {
  const id = await submitted('v-cancel');
  const job = { id, workload: 'remove-bg', lane: 'v-cancel' };
  expect(await call(`/v1/jobs/${id}/cancel`)).toEqual({ status: 200, body: { ...job, state: 'cancelled' } });
  const again = await call(`/v1/jobs/${id}/cancel`, { force: true });
  expect(again).toMatchObject({ status: 409, body: { code: 'JOB_OVER', detail: 'The job is over: cancelled.' } });
  const retried = await call(`/v1/jobs/${id}/retry`);
  expect(retried).toMatchObject({ status: 202, body: { lane: 'v-cancel', retryOf: id } });
  expect(retried.body.href).toBe(`https://lanes.example/v1/jobs/${retried.body.id}`);
  expect(await call(`/v1/jobs/${id}/retry`)).toEqual(retried);
  expect(await call(`/v1/jobs/${retried.body.id}/retry`)).toMatchObject({
    status: 409,
    body: { code: 'JOB_NOT_OVER' },
  });
});

test('open jobs are cancelled by a filter, running ones only by force', async () => {
  const [first, second] = [await submitted('v-many'), await submitted('v-many')];
  await submitted('v-other');
  const filter = { workload: 'remove-bg', lane: 'v-many' };
  expect(await call('/v1/jobs/cancel', { ...filter, state: 'active' })).toEqual({
    status: 200,
    body: { jobs: [], more: false },
  });
  await tell('v-many', first, { type: 'progressed', worker: 'gone', percent: 5 });
  expect(await call('/v1/jobs/cancel', filter)).toEqual({
    status: 200,
    body: { jobs: [{ ...filter, id: second, state: 'cancelled' }], more: false },
  });
  expect(await call('/v1/jobs/cancel', { ...filter, force: true, reason: 'closed' })).toMatchObject({
    status: 200,
    body: { jobs: [{ id: first, state: 'cancelling' }] },
  });
  expect(await call('/v1/jobs/cancel', {})).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } });
  expect(await call('/v1/jobs/cancel', { state: 'completed' })).toMatchObject({ status: 400 });
});

test('a running job is not cancelled unless forced, and then also if its worker does not answer', async () => {
  const id = await submitted('v-run');
  await tell('v-run', id, { type: 'progressed', worker: 'gone', percent: 5 });
  expect(await call(`/v1/jobs/${id}/cancel`, {})).toMatchObject({ status: 409, body: { code: 'JOB_RUNNING' } });
  expect(await call(`/v1/jobs/${id}/cancel`, { force: true })).toMatchObject({
    status: 202,
    body: { id, state: 'cancelling' },
  });
});

test('an uncertain job is resolved', async () => {
  const id = await submitted('v-unsure');
  const resolve = `/v1/jobs/${id}/resolve`;
  expect(await call(resolve, { as: 'completed' })).toMatchObject({ status: 409, body: { code: 'JOB_NOT_UNCERTAIN' } });
  expect(await call(resolve, { as: 'lost' })).toMatchObject({ status: 400 });
  await tell('v-unsure', id, {
    type: 'uncertain',
    error: { code: 'ANSWER_LOST', message: 'Lost.', retryable: false },
  });
  expect(await call(resolve, { as: 'retry' })).toMatchObject({
    status: 200,
    body: { id, as: 'retry', retry: { retryOf: id } },
  });
});

test('what is not there is not found, and what is wrong is refused by field', async () => {
  for (const action of ['cancel', 'retry', 'resolve']) {
    const answer = await call(`/v1/jobs/nobody/${action}`, action === 'resolve' ? { as: 'completed' } : {});
    expect(answer, action).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
  }
  expect(await call('/v1/jobs/x/cancel', { forced: 1 })).toMatchObject({ status: 400 });
  expect(await call('/v1/lanes/dishes/v1/pause', { reason: 'x' })).toMatchObject({ status: 404 });
  expect(await call('/v1/lanes/remove-bg/v1/pause', { reason: '' })).toMatchObject({ status: 400 });
  expect(await call(`/v1/lanes/remove-bg/${'%C3%A4'.repeat(200)}/resume`)).toMatchObject({ status: 404 });
});

test('a lane is paused with a reason, seen so, and resumed', async () => {
  await submitted('v/pause me');
  const lane = { workload: 'remove-bg', lane: 'v/pause me' };
  const url = '/v1/lanes/remove-bg/v%2Fpause%20me';
  expect(await call(`${url}/pause`, { reason: 'no credit' })).toMatchObject({
    status: 200,
    body: { ...lane, reason: 'no credit' },
  });
  const read = async () => {
    const answer = await gateway.app.inject('/v1/lanes?workload=remove-bg');
    return (answer.json().lanes as { lane: string }[]).find((known) => known.lane === lane.lane);
  };
  expect(await read()).toMatchObject({ ...lane, commands: 1, paused: { reason: 'no credit' } });
  expect(await call(`${url}/resume`)).toEqual({ status: 200, body: { ...lane, wasPaused: true } });
  expect(await read()).not.toHaveProperty('paused');
  expect((await gateway.app.inject('/v1/lanes?workload=none')).json()).toEqual({ lanes: [], total: 0 });
});
