import { randomBytes } from 'node:crypto';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { launchProcess, projectRoot } from '@lanekeeper/local-stack';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { untilOver } from '../e2e/old-client.ts';
import { newOrders, type Order } from '../e2e/records.ts';
import { type System, startSystem } from '../e2e/system.ts';
import { metricsShown } from '../grafana/metrics-shown.ts';
import { OtlpReceiver, type ReceivedSpan } from './otlp-receiver.ts';
import { pathsOf } from './trace-tree.ts';

const VENDOR = 'vera@private.example';
const SECRET = 'sesame-7f3a';
const traceId = randomBytes(16).toString('hex');

let receiver: OtlpReceiver;
let system: System;
let telemetry: Record<string, string>;
let order: Order;

beforeAll(async () => {
  receiver = await OtlpReceiver.start();
  telemetry = {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_HEADERS: `x-key=${SECRET}`,
    OTEL_BSP_SCHEDULE_DELAY: '100',
    OTEL_BLRP_SCHEDULE_DELAY: '100',
    OTEL_METRIC_EXPORT_INTERVAL: '1000',
  };
  system = await startSystem({ env: telemetry });
  [order] = (await newOrders(system, VENDOR, 1)) as [Order];
});
afterAll(async () => {
  await system[Symbol.asyncDispose]();
  await receiver.stop();
});

const ofTrace = ({ spans }: OtlpReceiver, id: string) => spans.filter((span) => span.traceId === id);
const projectedEnd = (span: ReceivedSpan) =>
  span.name === 'project evt.remove-bg.*' && span.attributes['lanekeeper.event.type'] === 'completed';

async function submit(): Promise<string> {
  const answer = await fetch(`${system.url}/api/image-queue/remove-bg-queue?sig=${SECRET}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
    body: JSON.stringify(order),
  });
  return ((await answer.json()) as { jobId: string }).jobId;
}

const root = 'POST /api/image-queue/remove-bg-queue (gateway)';
const send = `${root} > send cmd.remove-bg.* (gateway)`;
const work = `${send} > process cmd.remove-bg.* (image-worker)`;
const completed = `${work} > send evt.remove-bg.* completed (image-worker)`;
const expected = [
  `${send} > project evt.remove-bg.* queued (status)`,
  `${send} > await turn.remove-bg.* (image-worker)`,
  `${send} > send evt.remove-bg.* started (image-worker)`,
  ...['fetch photo', 'rembg', 'store image', 'write record'].map(
    (step) => `${work} > handle remove-bg (image-worker) > ${step} (image-worker)`,
  ),
  `${work} > handle remove-bg (image-worker) > write record (image-worker) > UPDATE data_records (image-worker)`,
  `${completed} > project evt.remove-bg.* completed (status)`,
  `${completed} > project evt.remove-bg.* completed (status) > INSERT jobs (status)`,
];

test('a photo is one trace from the request over command, turn, handler and its steps to the projection', async () => {
  const jobId = await submit();
  expect((await untilOver(system.url, jobId)).state).toBe('completed');
  const spans = await receiver.until((all) => {
    const trace = ofTrace(all, traceId);
    return [root, work].every((path) => pathsOf(trace).includes(path)) && trace.some(projectedEnd) ? trace : undefined;
  });
  expect(pathsOf(spans)).toEqual(expect.arrayContaining(expected));
  const process = spans.find(({ name }) => name === 'process cmd.remove-bg.*');
  expect(process?.attributes).toMatchObject({
    'messaging.system': 'nats',
    'messaging.operation.type': 'process',
    'messaging.destination.template': 'cmd.remove-bg.*',
    'lanekeeper.job.id': jobId,
  });
  expect(spans.filter(({ failed }) => failed)).toEqual([]);
  expect(receiver.headers['x-key']).toBe(SECRET);
}, 60_000);

test('log records carry the trace', async () => {
  await receiver.until(({ logs }) => logs.find((log) => log.service === 'gateway' && log.traceId === traceId));
});

test('the smallest worker is traced too, a failure by its kind only', async () => {
  await using dir = await mkdtempDisposable(path.join(tmpdir(), 'lanekeeper-greeter-'));
  const env = { ...telemetry, NATS_URL: system.nats.url, STREAM_PREFIX: `greet${randomBytes(4).toString('hex')}_` };
  const worker = await launchProcess({
    name: 'greeter',
    command: process.execPath,
    args: [`${import.meta.dirname}/minimal-worker.ts`],
    cwd: projectRoot,
    logFile: path.join(dir.path, 'greeter.log'),
    env,
    ready: /"msg":"started"/,
  });
  expect((await worker.exited).code).toBe(0); // its last spans are sent before it ends
  const spans = receiver.spans.filter(({ service }) => service === 'greeter');
  const job = 'greetings (greeter) > send cmd.greet.* (greeter) > process cmd.greet.* (greeter)';
  const paths = pathsOf(spans);
  expect(paths.filter((path) => path === `${job} > handle greet (greeter) > say hello (greeter)`)).toHaveLength(2);
  expect(paths).toContain(`${job} > send evt.greet.* completed (greeter)`);
  expect(paths).toContain(`${job} > send evt.greet.* failed (greeter)`);
  const failed = spans.find(({ name, failed }) => name === 'handle greet' && failed);
  expect(failed?.attributes).toMatchObject({ 'error.type': 'HANDLER_ERROR' });
});

test('every metric in dashboards and alerts is one that a service exports', async () => {
  const services = [system.gateway, system.status, system.imageWorker];
  const scraped = await Promise.all(services.map(async (service) => (await fetch(`${service?.url}/metrics`)).text()));
  const exported = new Set(scraped.flatMap((text) => [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name)));
  const shown = metricsShown();
  expect(shown.size).toBeGreaterThan(20);
  expect([...shown].filter((name) => !exported.has(name))).toEqual([]);
  // The same instruments are sent by OTLP: nothing is counted twice.
  const sent = await receiver.until(({ metrics }) => metrics.get('image-worker') ?? undefined);
  expect([...sent]).toContain('lanekeeper.job.wait.seconds');
});

test('nothing personal or secret is sent or scraped', async () => {
  const scraped = await (await fetch(`${system.status.url}/metrics`)).text();
  const personal = [VENDOR, 'ann@private.example', 'vera', SECRET, 'hunter2', order.recordId, order.photoUrl];
  const all = [...receiver.bodies, scraped].join('\n');
  expect(all.length).toBeGreaterThan(10_000);
  for (const text of personal) expect(all).not.toContain(text);
});
