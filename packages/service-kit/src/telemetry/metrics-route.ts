import type { FastifyReply } from 'fastify';
import { METRICS_CONTENT_TYPE, metricsText } from './metrics-text.ts';

/** Answers GET /metrics: this process's metrics for Prometheus. */
export async function sendMetrics(reply: FastifyReply): Promise<FastifyReply> {
  return reply
    .header('cache-control', 'no-store')
    .type(METRICS_CONTENT_TYPE)
    .send(await metricsText());
}
