import { fastify } from 'fastify';

/** Checks by name: each throws, or answers a sentence, when what it checks is missing. */
export type ReadinessChecks = Readonly<Record<string, () => Promise<string | undefined> | string | undefined>>;

/** Runs all checks: what is missing, by name; empty when ready. */
export async function findMissing(checks: ReadinessChecks): Promise<Record<string, string>> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      try {
        return [name, await check()] as const;
      } catch (error) {
        return [name, error instanceof Error ? error.message : String(error)] as const;
      }
    }),
  );
  return Object.fromEntries(results.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** A service's liveness and readiness over HTTP, for services with no API of their own. */
export async function startHealthServer(
  address: { host: string; port: number },
  checks: ReadinessChecks,
): Promise<{ url: string; close: () => Promise<void> }> {
  const app = fastify();
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const missing = await findMissing(checks);
    const ready = Object.keys(missing).length === 0;
    return reply.code(ready ? 200 : 503).send(ready ? { status: 'ready' } : { status: 'not ready', missing });
  });
  const url = await app.listen(address);
  return { url, close: () => app.close() };
}
