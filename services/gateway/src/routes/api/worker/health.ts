import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { GatewayDeps } from '../../../deps.ts';
import { workerFault } from '../../../worker-fault.ts';

const health = {
  bgRemovalQueueSize: Type.Integer({ description: 'Jobs that wait' }),
  faceCropQueueSize: Type.Integer(),
  timestamp: Type.String({ format: 'date-time' }),
};
const schema = {
  tags: ['Image queue'],
  summary: 'Whether background removal works',
  response: {
    200: Type.Object({ status: Type.Literal('healthy'), ...health }),
    503: Type.Object({ status: Type.Literal('unhealthy'), reason: Type.String(), ...health }),
  },
};

/** How long the workers' answers are good for, in milliseconds. */
const FRESH_MS = 1_000;

/** GET /api/worker/health */
export const workerHealthRoute: FastifyPluginAsyncTypebox<GatewayDeps> = async (app, { engine, latestStats }) => {
  let checked: { at: number; fault: Promise<string | undefined> } | undefined;
  const fault = () => {
    if (!checked || Date.now() - checked.at > FRESH_MS) {
      const asked = engine.pingWorkers('remove-bg').then(workerFault, (error: unknown) => {
        app.log.warn({ err: error }, 'the workers could not be asked');
        return 'The workers cannot be reached.';
      });
      checked = { at: Date.now(), fault: asked };
    }
    return checked.fault;
  };
  app.get('/api/worker/health', { schema }, async (_request, reply) => {
    const reason = await fault();
    const stats = latestStats()?.['remove-bg'];
    const body = {
      bgRemovalQueueSize: stats ? stats.waiting + stats.delayed : 0,
      faceCropQueueSize: 0,
      timestamp: new Date().toISOString(),
    };
    reply.header('cache-control', 'no-store');
    if (reason === undefined) return { status: 'healthy' as const, ...body };
    return reply
      .code(503)
      .header('retry-after', '5')
      .send({ status: 'unhealthy' as const, reason, ...body });
  });
};
