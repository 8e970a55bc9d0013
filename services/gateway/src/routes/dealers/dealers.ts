import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { naiveTime } from '../../dealers/compat-fetch-job.ts';
import { fromDatabase, seesDealer } from '../../dealers/seen-dealers.ts';
import type { GatewayDeps } from '../../deps.ts';
import { problems } from '../../openapi/answers.ts';

const CompatDealer = Type.Object({
  id: Type.Integer(),
  dealer_id: Type.String(),
  dealer_name: Type.String(),
  is_active: Type.Boolean(),
  created_at: Type.String(),
});
const schema = {
  tags: ['Fetch queue'],
  summary: 'All dealers',
  response: { 200: Type.Array(CompatDealer), ...problems(503) },
};

/** GET /dealers */
export const compatDealersRoute: FastifyPluginAsyncTypebox<GatewayDeps> = async (app, { dealers: { dealers } }) => {
  app.get('/dealers', { schema }, async (request) => {
    const all = await fromDatabase(() => dealers.list());
    return all
      .filter(({ dealerId }) => seesDealer(request, dealerId))
      .map(({ id, dealerId, name, active, createdAt }) => ({
        id,
        dealer_id: dealerId,
        dealer_name: name,
        is_active: active,
        created_at: naiveTime(createdAt),
      }));
  });
};
