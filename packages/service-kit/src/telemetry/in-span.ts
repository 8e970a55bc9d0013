import {
  type Attributes,
  context,
  type Histogram,
  metrics,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';

const tracer = trace.getTracer('lanekeeper.steps');
/** Seconds; from a look into a table to a page that is posted. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];
let durations: Histogram | undefined;

/**
 * Does a step of the work under a span of its own, part of the active trace, and times it; next to free when nothing is sent.
 * Name and attributes are the same for all jobs of a kind: no keys, URLs or anything personal. `db` and `http` steps that
 * wait for another system are of kind `client`.
 */
export async function inSpan<T>(
  name: string,
  attributes: Attributes,
  step: (span: Span) => Promise<T>,
  kind: 'internal' | 'client' = 'internal',
): Promise<T> {
  const startedAt = performance.now();
  const span = tracer.startSpan(name, { attributes, kind: kind === 'client' ? SpanKind.CLIENT : SpanKind.INTERNAL });
  try {
    const outcome = await context.with(trace.setSpan(context.active(), span), step, undefined, span);
    time(name, 'done', startedAt);
    return outcome;
  } catch (error) {
    time(name, 'failed', startedAt);
    markFailed(span, error);
    throw error;
  } finally {
    span.end();
  }
}

function time(step: string, outcome: 'done' | 'failed', startedAt: number): void {
  durations ??= metrics.getMeter('lanekeeper.steps').createHistogram('lanekeeper.step.seconds', {
    unit: 's',
    description: 'Time of a step of the work',
    advice: { explicitBucketBoundaries: BUCKETS },
  });
  durations.record((performance.now() - startedAt) / 1_000, { step, outcome });
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
