import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { suggestPlaces } from '../places.ts';
import type { Site } from '../site.ts';
import { accountOf } from './page-routes.ts';
import { requireLogin } from './visitor.ts';

const MAX_PHOTO_BYTES = 25 * 2 ** 20;

/** What the pages' scripts call: photos, places, presence. */
export function addAjaxRoutes(app: FastifyInstance, { photos, presence, options }: Site): void {
  app.addHook('preHandler', requireLogin);
  app.addContentTypeParser(/^image\//, { parseAs: 'buffer', bodyLimit: MAX_PHOTO_BYTES }, (_request, body, done) =>
    done(null, body),
  );
  app.post<{ Body: Buffer }>('/ajax/photos', async (request, reply) => {
    await delay(options.delayMs);
    return reply
      .code(201)
      .send({ id: photos.add({ type: String(request.headers['content-type']), bytes: request.body }) });
  });
  app.get<{ Querystring: { q?: string } }>('/ajax/places', async (request) => {
    await delay(options.delayMs);
    return suggestPlaces(request.query.q ?? '');
  });
  app.get<{ Querystring: { tab: string } }>('/ajax/presence', async (request, reply) => {
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    reply.raw.write(': here\n\n');
    request.raw.socket.once('close', presence.enter(request.query.tab, accountOf(request).email));
  });
}
