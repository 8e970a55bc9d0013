import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { ListingVehicle, type PostData } from '@lanekeeper/contracts';
import { invalidFields } from '@lanekeeper/service-kit';
import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';
import { AccountNames, MAX_OPERATIONS, QueuedOperations, queueOperations } from '../../accounts/queue-operations.ts';
import { namedAccounts } from '../../accounts/seen-accounts.ts';
import type { GatewayDeps } from '../../deps.ts';
import { IdempotencyHeaders, submitProblems } from '../../openapi/answers.ts';

const Text = Type.Optional(Type.String());

const Body = Type.Object({
  accounts: AccountNames,
  title: Type.String(),
  description: Type.String(),
  price: Type.Union([Type.Number(), Type.String()], { description: 'In whole units of the currency' }),
  image_path: Type.Optional(Type.String({ description: 'http(s) URL of the only photo' })),
  images: Type.Optional(Type.Array(Type.String(), { description: 'http(s) URLs of up to 20 photos' })),
  category: Text,
  condition: Text,
  brand: Text,
  location: Text,
  vehicle: Type.Optional(Type.Object(ListingVehicle.properties)),
  count: Type.Optional(
    Type.Integer({ minimum: 1, maximum: MAX_OPERATIONS, description: 'Posts for each account, 1 if left out' }),
  ),
  allowDuplicate: Type.Optional(
    Type.Boolean({
      description: 'Post although the account has posted the very same before; implied by a count over 1',
    }),
  ),
});

const schema = {
  tags: ['Marketplace'],
  summary: 'Post a listing for accounts, each in the queue of its account',
  headers: IdempotencyHeaders,
  body: Body,
  response: { 202: QueuedOperations, ...submitProblems },
};

/** POST /accounts/post-to-marketplace/ */
export const postToMarketplaceRoute: FastifyPluginAsyncTypebox<GatewayDeps> = async (app, deps) => {
  app.post('/accounts/post-to-marketplace/', { schema }, async (request, reply) => {
    const { body } = request;
    const listing = listingOf(body);
    const { count = 1, allowDuplicate = count > 1 } = body;
    const accounts = await namedAccounts(request, deps, body.accounts);
    const planned = accounts.flatMap((account) => {
      const data: PostData = { operation: 'post', accountId: account.id, listing };
      return Array.from({ length: count }, () => ({
        account,
        data: allowDuplicate ? { ...data, allowDuplicate } : data,
      }));
    });
    return queueOperations(request, reply, deps, planned);
  });
};

function listingOf(body: Static<typeof Body>): PostData['listing'] {
  const { title, description, category, condition, brand, location, vehicle, image_path: imagePath } = body;
  const images = body.images ?? (imagePath === undefined ? [] : [imagePath]);
  const given = Object.entries({ category, condition, brand, location }).filter(([, text]) => text !== undefined);
  return {
    title,
    description,
    price: priceOf(body.price),
    images,
    ...Object.fromEntries(given),
    ...(vehicle ? { vehicle: Value.Clean(ListingVehicle, structuredClone(vehicle)) as typeof vehicle } : {}),
  };
}

/** A price as old clients write it: a number, or a text like `1,200` or `$45.00`. */
function priceOf(price: number | string): number {
  const amount =
    typeof price === 'number'
      ? price
      : Number(
          price
            .replace(/^\s*[$€£]?\s*/, '')
            .replaceAll(',', '')
            .trim() || Number.NaN,
        );
  if (Number.isFinite(amount)) return Math.round(amount);
  throw invalidFields([{ pointer: '/price', detail: 'must be a number, or a text that is one' }]);
}
