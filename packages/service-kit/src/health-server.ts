import { fastify } from 'fastify';
import { closeUnusedConnections } from './close-unused-connections.ts';
import { findMissing, type ReadinessChecks } from './readiness-checks.ts';
import { sendMetrics } from './telemetry/metrics-route.ts';
import { observeReadiness } from './telemetry/observe-readiness.ts';

/** A service's liveness, readiness and metrics over HTTP, for services with no API of their own. */
export async function startHealthServer(
  address: { host: string; port: number },
  checks: ReadinessChecks,
): Promise<{ url: string; close: () => Promise<void> }> {
  observeReadiness(checks);
  const app = fastify();
  await app.register(closeUnusedConnections);
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/metrics', (_request, reply) => sendMetrics(reply));
  app.get('/readyz', async (_request, reply) => {
    const missing = await findMissing(checks);
    const ready = Object.keys(missing).length === 0;
    return reply.code(ready ? 200 : 503).send(ready ? { status: 'ready' } : { status: 'not ready', missing });
  });
  const url = await app.listen(address);
  return { url, close: () => app.close() };
}
