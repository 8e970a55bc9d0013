import { context, SpanKind, trace } from '@opentelemetry/api';
import type { LogEvent } from 'kysely';
import { markFailed } from './in-span.ts';

const tracer = trace.getTracer('lanekeeper.database');
const TABLE = /\b(?:from|into|update|table)\s+`?(\w+)/i;

/**
 * A Kysely log that makes a span of each query that belongs to a trace: what it does and to which table. Neither its text
 * nor its values are sent.
 */
export function recordQuery(event: LogEvent): void {
  const active = trace.getSpan(context.active());
  if (!active?.isRecording()) return;
  const { sql } = event.query;
  const operation = /^\s*(\w+)/.exec(sql)?.[1]?.toUpperCase() ?? 'QUERY';
  const table = TABLE.exec(sql)?.[1];
  const endTime = Date.now();
  const span = tracer.startSpan(table ? `${operation} ${table}` : operation, {
    kind: SpanKind.CLIENT,
    startTime: endTime - event.queryDurationMillis,
    attributes: {
      'db.system.name': 'mysql',
      'db.operation.name': operation,
      ...(table ? { 'db.collection.name': table } : {}),
    },
  });
  if (event.level === 'error') markFailed(span, event.error);
  span.end(endTime);
}
