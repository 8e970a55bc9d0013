import type { FastifyInstance, FastifyRequest } from 'fastify';
import { browsePage, choosePage } from '../pages/browse.ts';
import { createPage } from '../pages/create.ts';
import { itemPage } from '../pages/item.ts';
import { limitPage, notFoundPage } from '../pages/notices.ts';
import { type View, viewFor } from '../pages/page.ts';
import { ROWS, sellingPage, sellingRows } from '../pages/selling.ts';
import { HOME } from '../places.ts';
import type { Site } from '../site.ts';
import type { Account } from '../store/accounts.ts';
import type { Listing } from '../store/listings.ts';
import { requireLogin, sendPage } from './visitor.ts';

const view = (request: FastifyRequest, seed?: string): View => viewFor(request.account, undefined, seed);

/** The pages that need a login. */
export function addPageRoutes(app: FastifyInstance, site: Site): void {
  app.addHook('preHandler', requireLogin);
  app.get('/', async (_request, reply) => reply.redirect('/marketplace'));
  app.get('/marketplace', async (request, reply) =>
    sendPage(reply, browsePage(view(request), site.listings.newest(40))),
  );
  app.get('/marketplace/create', async (request, reply) => sendPage(reply, choosePage(view(request))));
  for (const kind of ['item', 'vehicle'] as const) {
    app.get(`/marketplace/create/${kind}`, async (request, reply) => {
      const { misbehaviour, language } = accountOf(request);
      if (atLimit(accountOf(request))) return sendPage(reply, limitPage(view(request)));
      const { delayMs } = site.options;
      const settings = { kind, layout: misbehaviour.layout ?? 'a', delayMs, place: HOME[language] } as const;
      return sendPage(reply, createPage(view(request), settings));
    });
  }
  app.get<{ Params: { id: string } }>('/marketplace/item/:id', async (request, reply) => {
    const listing = site.listings.find(request.params.id);
    if (!listing || (listing.reviewed && listing.email !== accountOf(request).email))
      return sendPage(reply.code(404), notFoundPage(view(request)));
    return sendPage(reply, itemPage(view(request), listing));
  });
  addSelling(app, site);
}

function addSelling(app: FastifyInstance, { listings, options }: Site): void {
  const isDue = (listing: Listing) =>
    !listing.reviewed && Date.now() - (listing.renewedAt ?? listing.createdAt).getTime() >= options.renewAfterMs;
  app.get<{ Querystring: { published?: string } }>('/marketplace/you/selling', async (request, reply) => {
    const { email } = accountOf(request);
    const own = listings.of(email, { limit: ROWS });
    const justPublished = request.query.published !== undefined;
    const selling = { listings: own, total: listings.countOf(email), isDue, justPublished };
    return sendPage(reply, sellingPage(view(request), selling));
  });
  app.get<{ Querystring: { offset: string; seed: string } }>('/ajax/selling', async (request, reply) => {
    const { email } = accountOf(request);
    const offset = Math.max(0, Math.trunc(Number(request.query.offset)) || 0);
    const own = listings.of(email, { offset, limit: ROWS });
    const next = offset + own.length;
    if (listings.countOf(email) > next) reply.header('x-next-offset', next);
    return sendPage(reply, sellingRows(view(request, request.query.seed), own, isDue).join(''));
  });
  app.post<{ Params: { id: string } }>('/ajax/listings/:id/renew', async (request, reply) => {
    const listing = listings.find(request.params.id);
    if (listing?.email !== accountOf(request).email) return reply.code(404).send({});
    if (!isDue(listing)) return reply.code(409).send({});
    listings.renew(listing.id);
    return {};
  });
}

/** Whether the account may not publish more. */
export const atLimit = ({ misbehaviour, posts }: Account): boolean =>
  posts >= (misbehaviour.limitAfterPosts ?? Number.POSITIVE_INFINITY);

/** The account of a request that needs a login. */
export function accountOf(request: FastifyRequest): Account {
  if (!request.account) throw new Error('the route was not protected by requireLogin');
  return request.account;
}
