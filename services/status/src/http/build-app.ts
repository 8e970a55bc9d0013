import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import {
  closeUnusedConnections,
  findMissing,
  httpTelemetry,
  problemPlugin,
  sendFrameworkProblem,
  sendMetrics,
} from '@lanekeeper/service-kit';
import { type FastifyInstance, fastify, LogController } from 'fastify';
import type { AppDeps } from './app-deps.ts';
import { eventRoutes } from './event-routes.ts';
import { jobRoutes } from './job-routes.ts';

/** The service's HTTP interface, not yet listening. The gateway is its only caller. */
export async function buildApp(deps: AppDeps): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: deps.log,
    logController: new LogController({ disableRequestLogging: true }),
    frameworkErrors: sendFrameworkProblem,
    routerOptions: { maxParamLength: 100 },
  }).withTypeProvider<TypeBoxTypeProvider>();
  await app.register(closeUnusedConnections);
  await app.register(problemPlugin);
  await app.register(httpTelemetry);
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/metrics', (_request, reply) => sendMetrics(reply));
  app.get('/readyz', async (_request, reply) => {
    const missing = await findMissing(deps.checks);
    if (Object.keys(missing).length === 0) return { status: 'ready' };
    return reply.code(503).send({ status: 'not ready', missing });
  });
  await app.register(jobRoutes, deps);
  await app.register(eventRoutes, deps);
  return app as unknown as FastifyInstance;
}
