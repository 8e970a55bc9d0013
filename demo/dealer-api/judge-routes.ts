import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { dgiModules, localTime, wallSeconds } from '@lanekeeper/dgi';
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { Behaviour, type Behaviours } from './behaviour.ts';
import type { Store } from './store.ts';

const Module = Type.String({ description: 'Name of the module, or its fetch_type' });
const Time = Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d$' });
const Change = Type.Object({
  dealerId: Type.String(),
  module: Module,
  count: Type.Integer({ minimum: 1, maximum: 200_000 }),
  at: Type.Optional(Time),
});
const Range = Type.Object({ dealerId: Type.String(), module: Module, from: Time, to: Time });
const Scoped = Type.Object({ scope: Type.String(), behaviour: Behaviour });

/** What the routes look at and change. */
export type JudgeOptions = {
  readonly stores: readonly Store[];
  readonly behaviours: Behaviours;
  readonly now: () => number;
  /** Requests so far, by group. */
  readonly requests: ReadonlyMap<string, number>;
};

/**
 * Adds the routes that a real server does not have: what is true (counts), and how the server is to behave.
 * - `GET /judge/counts?dealerId&module&from&to`: rows and lines that a complete fetch must end with.
 * - `GET /judge/requests`: protocol requests so far, by group.
 * - `POST /judge/behaviour {scope, behaviour}`: a group's name or a dealer's code; `DELETE`: all as usual again.
 * - `POST /judge/touch {dealerId, module, count, at?}`: marks the oldest rows as changed just now.
 * - `POST /judge/bulk {dealerId, module, count, at?}`: adds many rows created just now.
 */
export function addJudgeRoutes(app: FastifyInstance, { stores, behaviours, now, requests }: JudgeOptions): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();
  const storeOf = (dealerId: string) =>
    stores.find(({ group }) => group.dealers.some((dealer) => dealer.dealerId === dealerId));
  typed.get('/judge/counts', { schema: { querystring: Range } }, async ({ query }, reply) => {
    const store = storeOf(query.dealerId);
    if (store === undefined) return reply.code(404).send({ error: 'no such dealer' });
    const range = { from: wallSeconds(query.from) ?? 0, to: wallSeconds(query.to) ?? 0 };
    return store.count({ ...range, module: moduleName(query.module), dealerId: query.dealerId });
  });
  typed.get('/judge/requests', async () => Object.fromEntries(requests));
  typed.post('/judge/behaviour', { schema: { body: Scoped } }, async ({ body }, reply) => {
    const known = stores.some(({ group }) => group.name === body.scope) || storeOf(body.scope) !== undefined;
    if (!known) return reply.code(404).send({ error: 'scope is neither a group nor a dealer' });
    behaviours.set(body.scope, body.behaviour);
    return body;
  });
  typed.delete('/judge/behaviour', async () => {
    behaviours.clear();
    return {};
  });
  for (const kind of ['touch', 'bulk'] as const) {
    typed.post(`/judge/${kind}`, { schema: { body: Change } }, async ({ body }, reply) => {
      const store = storeOf(body.dealerId);
      if (store === undefined) return reply.code(404).send({ error: 'no such dealer' });
      const at = wallSeconds(body.at ?? localTime(new Date(now()), store.group.timeZone)) ?? 0;
      const change = { module: moduleName(body.module), dealerId: body.dealerId, count: body.count, at };
      if (kind === 'touch') return { touched: store.touch(change) };
      store.addBulk(change);
      return { added: body.count };
    });
  }
}

/** The protocol's name of a module; a fetch_type is one too. */
function moduleName(name: string): string {
  return dgiModules.get(name)?.module ?? name;
}
