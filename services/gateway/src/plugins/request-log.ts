import fp from 'fastify-plugin';

/** Logs each answer by the pattern of its route: neither bodies nor queries, which may hold secrets, reach the log. */
export const requestLog = fp(
  async (app) => {
    app.addHook('onRequest', async (request, reply) => {
      reply.header('x-request-id', request.id);
    });
    app.addHook('onResponse', async (request, reply) => {
      const route = request.routeOptions.url ?? 'unknown';
      const ms = Math.round(reply.elapsedTime);
      request.log.info({ method: request.method, route, status: reply.statusCode, ms }, 'answered');
    });
  },
  { name: 'request-log' },
);
