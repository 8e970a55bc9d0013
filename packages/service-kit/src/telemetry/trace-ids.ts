import { context, isSpanContextValid, trace } from '@opentelemetry/api';

/** The ids of the active trace and span under the names that log readers know; none when there is no trace. */
export function traceIds(): { trace_id?: string; span_id?: string } {
  const active = trace.getSpanContext(context.active());
  if (!active || !isSpanContextValid(active)) return {};
  return { trace_id: active.traceId, span_id: active.spanId };
}
