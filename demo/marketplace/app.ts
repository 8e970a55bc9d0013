import path from 'node:path';
import { fastifyStatic } from '@fastify/static';
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import { type FastifyInstance, fastify } from 'fastify';
import { addAjaxRoutes } from './routes/ajax-routes.ts';
import { addJudgeRoutes } from './routes/judge-routes.ts';
import { addLoginRoutes } from './routes/login-routes.ts';
import { addPageRoutes } from './routes/page-routes.ts';
import { addPublishRoute } from './routes/publish-route.ts';
import { addVisitors } from './routes/visitor.ts';
import { openSite, type SiteOptions } from './site.ts';

/** A marketplace site: login, forms for items and vehicles, listings, renewals. What it holds outlives it in a file. */
export async function buildMarketplace(options: SiteOptions): Promise<FastifyInstance> {
  const site = openSite(options);
  const app = fastify({ forceCloseConnections: true, routerOptions: { ignoreTrailingSlash: true } });
  app.addHook('onClose', async () => site.database.close());
  app.setValidatorCompiler(TypeBoxValidatorCompiler);
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, new URLSearchParams(String(body))),
  );
  await app.register(fastifyStatic, { root: path.join(import.meta.dirname, 'assets'), prefix: '/assets/' });
  addVisitors(app, site);
  addLoginRoutes(app, site);
  addPublishRoute(app, site);
  await app.register(async (pages) => addPageRoutes(pages, site));
  await app.register(async (ajax) => addAjaxRoutes(ajax, site));
  await app.register(async (judge) => addJudgeRoutes(judge, site));
  app.get<{ Params: { id: string } }>('/photos/:id', async (request, reply) => {
    const photo = site.photos.find(request.params.id);
    if (!photo) return reply.code(404).send();
    return reply.type(photo.type).header('cache-control', 'max-age=31536000, immutable').send(Buffer.from(photo.bytes));
  });
  app.get('/healthz', async () => ({ status: 'ok' }));
  return app;
}
