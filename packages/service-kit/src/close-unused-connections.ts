import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';

/** How often connections are looked at during a stop, in milliseconds. */
const EVERY_MS = 50;

/**
 * Lets a stop end as soon as no request is under way. Node counts a connection on which nothing was ever asked as busy:
 * `close` would wait for it until its client leaves, and pooling clients do not.
 */
export const closeUnusedConnections = fp(
  async (app: FastifyInstance) => {
    let underWay = 0;
    app.addHook('onRequest', async (_request, reply) => {
      underWay++;
      reply.raw.once('close', () => underWay--);
    });
    app.addHook('preClose', async () => {
      const timer = setInterval(() => {
        if (underWay === 0) app.server.closeAllConnections();
      }, EVERY_MS);
      app.server.once('close', () => clearInterval(timer));
    });
  },
  { name: 'close-unused-connections', fastify: '5.x' },
);
