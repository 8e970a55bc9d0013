import { markFailed } from '@lanekeeper/service-kit';
import { context, propagation, ROOT_CONTEXT, type Span, SpanKind, TraceFlags, trace } from '@opentelemetry/api';
import type { DecodedEvent } from './decode-event.ts';

const tracer = trace.getTracer('lanekeeper.status');

/**
 * Applies a batch under a span, `project evt.<workload>.*`, in each trace that its events belong to. What the database
 * does is shown in the first.
 */
export async function traceProjection<T>(batch: readonly DecodedEvent[], apply: () => Promise<T>): Promise<T> {
  const spans = startSpans(batch);
  const [first] = spans;
  if (!first) return apply();
  try {
    return await context.with(trace.setSpan(ROOT_CONTEXT, first), apply);
  } catch (error) {
    for (const span of spans) markFailed(span, error);
    throw error;
  } finally {
    for (const span of spans) span.end();
  }
}

/** A span in each trace, under the trace's last event of the batch. */
function startSpans(batch: readonly DecodedEvent[]): Span[] {
  const lasts = new Map<string, DecodedEvent>();
  for (const event of batch) {
    const traceId = event.traceparent?.split('-')[1];
    if (traceId !== undefined) lasts.set(traceId, event);
  }
  return [...lasts.values()].flatMap(({ traceparent, event }) => {
    const parent = propagation.extract(ROOT_CONTEXT, { traceparent });
    const from = trace.getSpanContext(parent);
    if (!event || !from || (from.traceFlags & TraceFlags.SAMPLED) === 0) return [];
    const pattern = `evt.${event.workload}.*`;
    const attributes = {
      'messaging.system': 'nats',
      'messaging.operation.type': 'process',
      'messaging.operation.name': 'project',
      'messaging.destination.template': pattern,
      'messaging.batch.message_count': batch.length,
      'lanekeeper.job.id': event.jobId,
      'lanekeeper.event.type': event.type,
    };
    return [tracer.startSpan(`project ${pattern}`, { kind: SpanKind.CONSUMER, attributes }, parent)];
  });
}
