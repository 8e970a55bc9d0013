import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { RenewData } from '@lanekeeper/contracts';
import Type from 'typebox';
import { AccountNames, QueuedOperations, queueOperations } from '../../accounts/queue-operations.ts';
import { namedAccounts } from '../../accounts/seen-accounts.ts';
import type { GatewayDeps } from '../../deps.ts';
import { IdempotencyHeaders, submitProblems } from '../../openapi/answers.ts';

const schema = {
  tags: ['Marketplace'],
  summary: 'Renew the listings of accounts that are due, each in the queue of its account',
  headers: IdempotencyHeaders,
  body: Type.Object({
    accounts: AccountNames,
    renewal_count: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 500, description: 'Listings of an account at most, 20 if left out' }),
    ),
  }),
  response: { 202: QueuedOperations, ...submitProblems },
};

/** POST /accounts/renew-listings/ */
export const renewListingsRoute: FastifyPluginAsyncTypebox<GatewayDeps> = async (app, deps) => {
  app.post('/accounts/renew-listings/', { schema }, async (request, reply) => {
    const { accounts: names, renewal_count: renewalCount = 20 } = request.body;
    const accounts = await namedAccounts(request, deps, names);
    const planned = accounts.map((account) => {
      const data: RenewData = { operation: 'renew', accountId: account.id, renewalCount };
      return { account, data };
    });
    return queueOperations(request, reply, deps, planned);
  });
};
