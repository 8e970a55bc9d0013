import { context, metrics, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';

const tracer = trace.getTracer('lanekeeper.http');
/** Routes that machines ask all the time, and streams that last for hours (there is a gauge of their clients). */
const LEFT_OUT = new Set(['/healthz', '/readyz', '/metrics', '/v1/events']);
/** Seconds; from a cached answer to a bulk of 1,000. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * Traces and times an HTTP service's requests by the patterns of their routes, never by path, query or header.
 */
export const httpTelemetry = fp(
  async (app) => {
    const durations = metrics.getMeter('lanekeeper.http').createHistogram('lanekeeper.http.request.seconds', {
      unit: 's',
      description: 'Time to answer a request',
      advice: { explicitBucketBoundaries: BUCKETS },
    });
    const spans = new WeakMap<FastifyRequest, Span>();
    const end = (request: FastifyRequest, reply: FastifyReply) => {
      const labels = { method: request.method, route: routeOf(request), status: reply.statusCode };
      if (!LEFT_OUT.has(labels.route)) durations.record(reply.elapsedTime / 1_000, labels);
      const span = spans.get(request);
      if (!span) return;
      span.setAttribute('http.response.status_code', labels.status);
      if (labels.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    };

    app.addHook('onRequest', (request, _reply, done) => {
      if (LEFT_OUT.has(routeOf(request))) return done();
      const span = startSpan(request);
      spans.set(request, span);
      context.with(trace.setSpan(context.active(), span), done);
    });
    // Reading a body leaves the context of the request.
    app.addHook('preValidation', (request, _reply, done) => {
      const span = spans.get(request);
      if (span) context.with(trace.setSpan(context.active(), span), done);
      else done();
    });
    app.addHook('onResponse', async (request, reply) => {
      end(request, reply);
    });
  },
  { name: 'http-telemetry' },
);

function startSpan(request: FastifyRequest): Span {
  const route = routeOf(request);
  const attributes = { 'http.request.method': request.method, 'http.route': route, 'url.scheme': request.protocol };
  const parent = propagation.extract(context.active(), request.headers);
  return tracer.startSpan(`${request.method} ${route}`, { kind: SpanKind.SERVER, attributes }, parent);
}

function routeOf({ routeOptions }: FastifyRequest): string {
  return routeOptions.url ?? 'unknown';
}

/** Headers that make a request to another service part of the active trace; none when nothing is sent. */
export function traceHeaders(): Record<string, string> {
  const headers: Record<string, string> = {};
  propagation.inject(context.active(), headers);
  return headers;
}
