import { type Attributes, context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';

const tracer = trace.getTracer('lanekeeper.steps');

/**
 * Does a step of the work under a span of its own, part of the active trace; costs next to nothing when nothing is sent.
 * Name and attributes are the same for all jobs of a kind: no keys, URLs or anything personal. `db` and `http` steps that
 * wait for another system are of kind `client`.
 */
export async function inSpan<T>(
  name: string,
  attributes: Attributes,
  step: (span: Span) => Promise<T>,
  kind: 'internal' | 'client' = 'internal',
): Promise<T> {
  const span = tracer.startSpan(name, { attributes, kind: kind === 'client' ? SpanKind.CLIENT : SpanKind.INTERNAL });
  try {
    return await context.with(trace.setSpan(context.active(), span), step, undefined, span);
  } catch (error) {
    markFailed(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** Marks a span as failed by the kind of an error. Its message may hold anything and stays in the log. */
export function markFailed(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute('error.type', errorType(error));
}

/** An error's code, or else its name. */
export function errorType(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : error.name;
}
