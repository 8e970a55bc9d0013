import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';

/**
 * How this server behaves, for tests of what its clients do about it:
 * `ok` as it should; `slow` after `delayMs`; `hang` takes requests and never answers; `500` answers like a crashed
 * rembg; `down` cuts every connection.
 */
export const Behaviour = Type.Object({
  mode: Type.Union([
    Type.Literal('ok'),
    Type.Literal('slow'),
    Type.Literal('hang'),
    Type.Literal('500'),
    Type.Literal('down'),
  ]),
  delayMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 600_000 })),
});
/** See {@link Behaviour}. */
export type Behaviour = Static<typeof Behaviour>;

/**
 * Adds `POST /__behaviour`, which the real server does not have. Only callers on this machine may use it, and it changes
 * nothing but requests under /api.
 */
export function addMisbehaviour(app: FastifyInstance): void {
  let behaviour: Behaviour = { mode: 'ok' };
  app.post<{ Body: Behaviour }>('/__behaviour', { schema: { body: Behaviour } }, async (request, reply) => {
    if (!isLoopback(request.ip)) return reply.code(404).send();
    behaviour = request.body;
    return behaviour;
  });
  app.addHook('onRequest', async (request, reply) => {
    if (request.url.startsWith('/api')) await misbehave(behaviour, request, reply);
  });
}

async function misbehave(
  { mode, delayMs = 1_000 }: Behaviour,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  switch (mode) {
    case 'ok':
      return undefined;
    case 'slow':
      return delay(delayMs);
    case 'hang':
      return reply.hijack();
    case '500':
      return reply.code(500).type('text/plain; charset=utf-8').send('Internal Server Error');
    case 'down':
      reply.hijack();
      return request.raw.socket.destroy();
  }
}

const isLoopback = (ip: string): boolean => ip === '::1' || ip.replace(/^::ffff:/, '').startsWith('127.');
