import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { WorkloadStats } from '@lanekeeper/contracts';
import Type from 'typebox';
import { callerOf, scopeHeaders } from '../../../caller.ts';
import type { GatewayDeps } from '../../../deps.ts';
import { problems } from '../../../openapi/answers.ts';

const Counts = Type.Object({
  waiting: Type.Integer({ description: 'Also those that wait for another attempt' }),
  active: Type.Integer(),
  completed: Type.Integer(),
  failed: Type.Integer({ description: 'Also cancelled and uncertain ones, which read as failed here' }),
});
const schema = {
  tags: ['Image queue'],
  summary: 'How many jobs are in which state',
  response: { 200: Type.Object({ backgroundRemoval: Counts, faceCrop: Counts }), ...problems(503) },
};

/** GET /api/image-queue/queue-stats */
export const queueStatsRoute: FastifyPluginAsyncTypebox<GatewayDeps> = async (app, { status }) => {
  app.get('/api/image-queue/queue-stats', { schema }, async (request, reply) => {
    const stats = await status.stats(scopeHeaders(callerOf(request)));
    reply.header('cache-control', 'no-store');
    // No workload crops faces: its numbers are there because the clients read them.
    return { backgroundRemoval: countsOf(stats['remove-bg']), faceCrop: countsOf(undefined) };
  });
};

function countsOf(stats: WorkloadStats | undefined) {
  if (!stats) return { waiting: 0, active: 0, completed: 0, failed: 0 };
  return {
    waiting: stats.waiting + stats.delayed,
    active: stats.active,
    completed: stats.completed,
    failed: stats.failed + stats.cancelled + stats.uncertain,
  };
}
