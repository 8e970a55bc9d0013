import type { FastifyInstance } from 'fastify';
import Type, { type Static } from 'typebox';
import { Misbehaviour } from '../misbehaviour.ts';
import type { Site } from '../site.ts';
import { Language } from '../texts/language.ts';
import { storageStateOf } from './visitor.ts';

const NewAccount = Type.Object({
  email: Type.String({ minLength: 3 }),
  password: Type.String({ minLength: 1 }),
  language: Type.Optional(Language),
  misbehaviour: Type.Optional(Misbehaviour),
});
const AccountOnly = Type.Object({ account: Type.String() });
const NewListing = Type.Object({
  account: Type.String(),
  title: Type.String(),
  price: Type.Integer({ minimum: 0 }),
  ageDays: Type.Optional(Type.Number({ minimum: 0 })),
});

/**
 * What a real site does not have: a view from behind, for tests and the demo. Only for callers on this machine.
 * Accounts and how they are treated, sessions without a login, what was really published, how many browsers are open.
 */
export function addJudgeRoutes(app: FastifyInstance, { accounts, listings, presence }: Site): void {
  app.addHook('onRequest', async (request, reply) => {
    if (!/^(::1|(::ffff:)?127\.)/.test(request.ip)) return reply.code(404).send();
  });
  app.post<{ Body: Static<typeof NewAccount> }>(
    '/judge/accounts',
    { schema: { body: NewAccount } },
    async ({ body }) => {
      accounts.set({ language: 'en', misbehaviour: {}, ...body });
      return accounts.find(body.email);
    },
  );
  app.post<{ Body: Static<typeof AccountOnly> }>(
    '/judge/sessions',
    { schema: { body: AccountOnly } },
    async (request) => storageStateOf(accounts.beginSession(request.body.account), request.hostname),
  );
  app.delete<{ Querystring: Static<typeof AccountOnly> }>(
    '/judge/sessions',
    { schema: { querystring: AccountOnly } },
    async (request, reply) => {
      accounts.endSessions(request.query.account);
      return reply.code(204).send();
    },
  );
  app.post<{ Body: Static<typeof NewListing> }>(
    '/judge/listings',
    { schema: { body: NewListing } },
    async ({ body }) => {
      const { account: email, title, price, ageDays = 0 } = body;
      const createdAt = new Date(Date.now() - ageDays * 86_400_000);
      const fields = { title, price: String(price) };
      return {
        listingId: listings.add({ email, kind: 'item', title, price, fields, photos: [], reviewed: false, createdAt }),
      };
    },
  );
  app.get<{ Querystring: Static<typeof AccountOnly> }>(
    '/judge/listings',
    { schema: { querystring: AccountOnly } },
    async (request) => listings.of(request.query.account).map(({ id, ...listing }) => ({ listingId: id, ...listing })),
  );
  app.get('/judge/browsers', async () => presence.counts());
  app.delete('/judge/browsers', async (_request, reply) => {
    presence.reset();
    return reply.code(204).send();
  });
}
