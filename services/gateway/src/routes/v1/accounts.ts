import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Account } from '@lanekeeper/accounts';
import { AccountId, AccountState, MarketplaceSite, Timestamp } from '@lanekeeper/contracts';
import { invalidFields, problem } from '@lanekeeper/service-kit';
import type { FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { fromDatabase, noAccount, seenAccount, seesAccount } from '../../accounts/seen-accounts.ts';
import { callerOf } from '../../caller.ts';
import type { GatewayDeps } from '../../deps.ts';
import { problems } from '../../openapi/answers.ts';
import { illFormedTexts } from '../../text-faults.ts';

/** An account as it is shown: that there is a login, never the login. */
export const ShownAccount = Type.Object({
  id: AccountId,
  email: Type.String(),
  site: MarketplaceSite,
  language: Type.String(),
  state: AccountState,
  stateReason: Type.Optional(Type.String({ description: 'Why it is in that state' })),
  stateAt: Timestamp,
  hasSession: Type.Boolean(),
  sessionAt: Type.Optional(Timestamp),
  hasCredentials: Type.Boolean(),
  createdAt: Timestamp,
});

const closed = { additionalProperties: false };
const params = Type.Object({ id: Type.String() });
const Email = Type.String({ pattern: '^[^\\s@]+@[^\\s@]+$', maxLength: 254, description: 'As the site knows it' });
const Language = Type.String({
  pattern: '^[a-z]{2}(-[A-Z]{2})?$',
  description: 'What the browser asks the site for, e.g. en-US; en-US if left out',
});

const list = {
  tags: ['Accounts'],
  summary: 'All accounts, by e-mail address',
  response: { 200: Type.Object({ accounts: Type.Array(ShownAccount) }), ...problems(503) },
};
const add = {
  tags: ['Accounts'],
  summary: 'Add an account; its login is stored after that',
  body: Type.Object(
    { id: Type.Optional(AccountId), email: Email, site: MarketplaceSite, language: Type.Optional(Language) },
    closed,
  ),
  response: { 201: ShownAccount, ...problems(400, 415, 503) },
};
const one = {
  tags: ['Accounts'],
  summary: 'One account',
  params,
  response: { 200: ShownAccount, ...problems(404, 503) },
};
const change = {
  tags: ['Accounts'],
  summary: 'Change what an account is called, its site or its language',
  params,
  body: Type.Object(
    { email: Type.Optional(Email), site: Type.Optional(MarketplaceSite), language: Type.Optional(Language) },
    closed,
  ),
  response: { 200: ShownAccount, ...problems(400, 404, 415, 503) },
};
const remove = {
  tags: ['Accounts'],
  summary: 'Remove an account and its login; what waits in its queue will fail',
  params,
  response: { 204: Type.Null(), ...problems(404, 503) },
};

/** GET, POST /v1/accounts; GET, PATCH, DELETE /v1/accounts/:id */
export const accountRoutes: FastifyPluginAsyncTypebox<GatewayDeps> = async (app, deps) => {
  const { accounts } = deps.accounts;
  app.get('/v1/accounts', { schema: list }, async (request, reply) => {
    const all = await fromDatabase(() => accounts.list());
    reply.header('cache-control', 'no-store');
    return { accounts: all.filter(({ id }) => seesAccount(request, id)).map(shown) };
  });
  app.post('/v1/accounts', { schema: add }, async (request, reply) => {
    assertSeesAll(request);
    const faults = illFormedTexts(request.body);
    if (faults.length > 0) throw invalidFields(faults);
    const account = await fromDatabase(() => accounts.add({ language: 'en-US', ...request.body }));
    reply.code(201).header('location', `${deps.config.PUBLIC_URL}/v1/accounts/${account.id}`);
    return shown(account);
  });
  app.get('/v1/accounts/:id', { schema: one }, async (request, reply) => {
    reply.header('cache-control', 'no-store');
    return shown(await seenAccount(request, deps, request.params.id));
  });
  app.patch('/v1/accounts/:id', { schema: change }, async (request) => {
    const { id } = await seenAccount(request, deps, request.params.id);
    await fromDatabase(() => accounts.change(id, request.body));
    return shown(await seenAccount(request, deps, id));
  });
  app.delete('/v1/accounts/:id', { schema: remove }, async (request, reply) => {
    assertSeesAll(request);
    if (!(await fromDatabase(() => accounts.remove(request.params.id)))) throw noAccount();
    reply.code(204);
    return null;
  });
};

/** An account as its schema has it. */
export function shown(account: Account): Static<typeof ShownAccount> {
  const { id, email, site, language, state, hasSession, hasCredentials } = account;
  return {
    id,
    email,
    site,
    language,
    state,
    ...(account.stateReason === null ? {} : { stateReason: account.stateReason }),
    stateAt: account.stateAt.toISOString(),
    hasSession,
    ...(account.sessionAt === null ? {} : { sessionAt: account.sessionAt.toISOString() }),
    hasCredentials,
    createdAt: account.createdAt.toISOString(),
  };
}

/** Whoever is limited to accounts can neither add any nor take theirs away. */
function assertSeesAll(request: FastifyRequest): void {
  if (callerOf(request).tenants !== 'all') throw problem('NOT_ALLOWED', 'Accounts are added and removed by operators.');
}
