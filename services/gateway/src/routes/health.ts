import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { findMissing, sendMetrics } from '@lanekeeper/service-kit';
import Type from 'typebox';
import type { GatewayDeps } from '../deps.ts';

const healthz = {
  tags: ['Operation'],
  summary: 'Whether the process lives',
  response: { 200: Type.Object({ status: Type.Literal('ok') }) },
};
const readyz = {
  tags: ['Operation'],
  summary: 'Whether all it needs is there',
  response: {
    200: Type.Object({ status: Type.Literal('ready') }),
    503: Type.Object({
      status: Type.Literal('not ready'),
      missing: Type.Record(Type.String(), Type.String(), { description: 'What is missing, and why' }),
    }),
  },
};

const metrics = {
  tags: ['Operation'],
  summary: 'Metrics of this process, for Prometheus',
  produces: ['text/plain'],
  response: { 200: Type.String({ description: "Prometheus' text format" }) },
};

/** GET /healthz, GET /readyz, GET /metrics */
export const healthRoutes: FastifyPluginAsyncTypebox<GatewayDeps> = async (app, { checks }) => {
  app.get('/healthz', { schema: healthz }, async () => ({ status: 'ok' as const }));
  app.get('/metrics', { schema: metrics }, async (_request, reply) => await sendMetrics(reply));
  app.get('/readyz', { schema: readyz }, async (_request, reply) => {
    const missing = await findMissing(checks);
    reply.header('cache-control', 'no-store');
    if (Object.keys(missing).length === 0) return { status: 'ready' as const };
    return reply.code(503).send({ status: 'not ready' as const, missing });
  });
};
