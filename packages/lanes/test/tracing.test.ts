import type { Command } from '@lanekeeper/contracts';
import { headers } from '@nats-io/nats-core';
import { context, propagation, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { LanesError } from '../src/errors.ts';
import {
  eventHeaders,
  LINK_AFTER_MS,
  rememberOrigin,
  traceAppend,
  traceHeaders,
  traceSend,
  traceWork,
} from '../src/tracing.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';
const LANE = 'vera@private.example';

const exporter = new InMemorySpanExporter();

/** A command that was sent within a trace and has waited. */
function commandAfter(waitedMs: number): Command {
  const submittedAt = new Date(Date.now() - waitedMs).toISOString();
  const command: Command = { jobId: 'j1', workload: 'browser', lane: LANE, tenant: 't', data: {}, submittedAt };
  const sent = headers();
  sent.set('traceparent', `00-${TRACE}-${PARENT}-01`);
  rememberOrigin(command, sent);
  return command;
}

test('nothing is traced unless a provider is there: no headers, no origin', async () => {
  expect(await traceSend([commandAfter(0)], async () => traceHeaders())).toEqual({});
});

describe('with a provider', () => {
  beforeAll(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));
  });
  afterEach(() => exporter.reset());

  test('work goes on in the trace of its request, after a span for the wait', async () => {
    await traceWork(commandAfter(1_000), 1, async () => undefined);
    const [wait, work] = exporter.getFinishedSpans();
    expect([wait?.name, work?.name]).toEqual(['await turn.browser.*', 'process cmd.browser.*']);
    for (const span of [wait, work]) expect(span?.spanContext().traceId).toBe(TRACE);
    for (const span of [wait, work]) expect(span?.parentSpanContext?.spanId).toBe(PARENT);
    expect((wait?.duration[0] ?? 0) + (wait?.duration[1] ?? 0) / 1e9).toBeGreaterThanOrEqual(1);
  });

  test('work that has waited long begins a trace of its own, linked to its request', async () => {
    await traceWork(commandAfter(LINK_AFTER_MS + 1_000), 1, async () => undefined);
    const [work, ...rest] = exporter.getFinishedSpans();
    expect(rest).toEqual([]);
    expect(work?.spanContext().traceId).not.toBe(TRACE);
    expect(work?.parentSpanContext).toBeUndefined();
    expect(work?.links.map(({ context: { traceId, spanId } }) => [traceId, spanId])).toEqual([[TRACE, PARENT]]);
  });

  test("an event that introduces a job belongs to that job's trace, whoever writes it", async () => {
    const next: Command = { ...commandAfter(0), jobId: 'j2' };
    const sent = headers();
    sent.set('traceparent', `00-${TRACE.replace('4', '5')}-${PARENT}-01`);
    rememberOrigin(next, sent);
    const { jobId, workload, lane, submittedAt: at } = next;
    const started = {
      type: 'started',
      jobId,
      workload,
      lane,
      at,
      attempt: 1,
      worker: 'w',
      job: next,
      commandSeq: 1,
    } as const;
    const other = TRACE.replace('4', '5');
    await traceWork(commandAfter(0), 1, async () => {
      expect(eventHeaders(started).traceparent).toContain(`${other}-${PARENT}`);
      await traceAppend(started, async () => expect(eventHeaders(started).traceparent).toContain(other));
    });
    const append = exporter.getFinishedSpans().find(({ name }) => name === 'send evt.browser.*');
    expect(append?.spanContext().traceId).toBe(other);
    expect(append?.parentSpanContext?.spanId).toBe(PARENT);
  });

  test('an event that is not stored is a fault, unless another writer was first', async () => {
    const command = commandAfter(0);
    const ids = { jobId: 'j1', workload: 'browser', lane: LANE, at: command.submittedAt };
    const completed = { type: 'completed', ...ids, attempt: 1, result: null } as const;
    const codes = ['FENCED_OUT', 'UNAVAILABLE'] as const;
    for (const code of codes) {
      await expect(traceAppend(completed, () => Promise.reject(new LanesError(code, 'no')))).rejects.toThrow('no');
    }
    const spans = exporter.getFinishedSpans();
    expect(spans.map(({ attributes }) => attributes['error.type'])).toEqual(codes);
    expect(spans.map(({ status }) => status.code)).toEqual([SpanStatusCode.UNSET, SpanStatusCode.ERROR]);
  });

  test('spans carry patterns, never a lane', async () => {
    const command = commandAfter(0);
    await traceSend([command], async () => undefined);
    await expect(traceWork(command, 1, () => Promise.reject(new Error(LANE)))).rejects.toThrow(LANE);
    const texts = exporter
      .getFinishedSpans()
      .map(({ name, attributes, events, status }) => [name, attributes, events, status]);
    expect(JSON.stringify(texts)).toContain('cmd.browser.*');
    expect(JSON.stringify(texts)).not.toContain(LANE);
  });
});
