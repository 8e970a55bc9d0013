import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { fromDatabase, seenAccount } from '../../accounts/seen-accounts.ts';
import type { GatewayDeps } from '../../deps.ts';
import { problems } from '../../openapi/answers.ts';
import { ShownAccount, shown } from './accounts.ts';

const params = Type.Object({ id: Type.String() });
const answers = { 200: ShownAccount, ...problems(400, 404, 413, 415, 503) };

/** A login as Playwright's `storageState` writes it. */
const StorageState = Type.Object(
  {
    cookies: Type.Array(
      Type.Object({
        name: Type.String(),
        value: Type.String(),
        domain: Type.String(),
        path: Type.String(),
        expires: Type.Optional(Type.Number()),
        httpOnly: Type.Optional(Type.Boolean()),
        secure: Type.Optional(Type.Boolean()),
        sameSite: Type.Optional(Type.Union([Type.Literal('Strict'), Type.Literal('Lax'), Type.Literal('None')])),
      }),
      { maxItems: 5_000 },
    ),
    origins: Type.Array(
      Type.Object({
        origin: Type.String(),
        localStorage: Type.Array(Type.Object({ name: Type.String(), value: Type.String() })),
      }),
      { maxItems: 500 },
    ),
  },
  { description: "Playwright's storageState" },
);

const session = {
  tags: ['Accounts'],
  summary: 'Store a login; the account is ok again',
  description:
    'It is encrypted and never shown. A queue that was paused for want of a login is resumed by its own route.',
  params,
  body: StorageState,
  response: answers,
};
const credentials = {
  tags: ['Accounts'],
  summary: 'Store a password, for sites that let a browser log in by it',
  description: 'It is encrypted and never shown. The e-mail address is the account’s.',
  params,
  body: Type.Object({ password: Type.String({ minLength: 1, maxLength: 1_000 }) }, { additionalProperties: false }),
  response: answers,
};
const forget = {
  tags: ['Accounts'],
  summary: 'Forget the password of an account',
  params,
  response: { 200: ShownAccount, ...problems(404, 503) },
};

/** PUT /v1/accounts/:id/session; PUT, DELETE /v1/accounts/:id/credentials */
export const accountSecretRoutes: FastifyPluginAsyncTypebox<GatewayDeps> = async (app, deps) => {
  const { accounts, sealer } = deps.accounts;
  app.put('/v1/accounts/:id/session', { schema: session }, async (request) => {
    const { id } = await seenAccount(request, deps, request.params.id);
    await fromDatabase(() => accounts.setSession(id, JSON.stringify(request.body), sealer()));
    return shown(await seenAccount(request, deps, id));
  });
  app.put('/v1/accounts/:id/credentials', { schema: credentials }, async (request) => {
    const { id } = await seenAccount(request, deps, request.params.id);
    await fromDatabase(() => accounts.setCredentials(id, request.body, sealer()));
    return shown(await seenAccount(request, deps, id));
  });
  app.delete('/v1/accounts/:id/credentials', { schema: forget }, async (request) => {
    const { id } = await seenAccount(request, deps, request.params.id);
    await fromDatabase(() => accounts.setCredentials(id, null, sealer()));
    return shown(await seenAccount(request, deps, id));
  });
};
