import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { DealerCode, Timestamp } from '@lanekeeper/contracts';
import type { Dealer } from '@lanekeeper/dealers';
import { invalidFields, problem } from '@lanekeeper/service-kit';
import type { FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { callerOf } from '../../caller.ts';
import { fromDatabase, noDealer, seenDealer, seesDealer } from '../../dealers/seen-dealers.ts';
import type { GatewayDeps } from '../../deps.ts';
import { problems } from '../../openapi/answers.ts';
import { illFormedTexts } from '../../text-faults.ts';

const closed = { additionalProperties: false };
const Secret = Type.String({ minLength: 1, maxLength: 500, description: 'Stored encrypted, never shown' });

/** What people set of a dealer, without its credential. */
const settings = {
  name: Type.String({ minLength: 1, maxLength: 200 }),
  active: Type.Boolean({ description: 'Whether anything is fetched; true if left out' }),
  baseUrl: Type.String({
    pattern: '^https?://[^\\s/?#]+(/[^\\s?#]*[^\\s?#/])?$',
    maxLength: 500,
    description: 'Up to and including the version: https://example.com/dgi-api/v1.3',
  }),
  environment: Type.Union([Type.Literal('live'), Type.Literal('sandbox')]),
  tokenSeparator: Type.String({ maxLength: 4, description: 'Between key, secret and time in the token' }),
  timeZone: Type.String({ maxLength: 64, description: "IANA zone of the server's clock, e.g. Asia/Jakarta" }),
  prslFilter: Type.Union([Type.Literal('noPO'), Type.Literal('noSO')]),
  quotaPerDay: Type.Union([Type.Integer({ minimum: 1, maximum: 1_000_000 }), Type.Null()]),
  minIntervalMs: Type.Integer({ minimum: 0, maximum: 3_600_000, description: 'Least time between two requests' }),
};
/** A dealer as it is shown: that there is a credential, never the credential. */
const ShownDealer = Type.Object({ id: Type.Integer(), dealerId: DealerCode, ...settings, createdAt: Timestamp });
const { name, baseUrl, ...rest } = settings;
const NewDealer = Type.Object(
  {
    dealerId: DealerCode,
    name,
    baseUrl,
    ...Type.Partial(Type.Object(rest)).properties,
    apiKey: Secret,
    secretKey: Secret,
  },
  closed,
);
const Changes = Type.Partial(Type.Object({ ...settings, apiKey: Secret, secretKey: Secret }, closed));
const params = Type.Object({ dealerId: Type.String() });
const tags = ['Dealers'];

const list = {
  tags,
  summary: 'All dealers, by code',
  response: { 200: Type.Object({ dealers: Type.Array(ShownDealer) }), ...problems(503) },
};
const add = {
  tags,
  summary: 'Add a dealer',
  body: NewDealer,
  response: { 201: ShownDealer, ...problems(400, 415, 503) },
};
const one = { tags, summary: 'One dealer', params, response: { 200: ShownDealer, ...problems(404, 503) } };
const change = {
  tags,
  summary: 'Change a dealer; what is left out stays',
  params,
  body: Changes,
  response: { 200: ShownDealer, ...problems(400, 404, 415, 503) },
};
const remove = {
  tags,
  summary: 'Remove a dealer with its credential and schedules; what was fetched stays',
  params,
  response: { 204: Type.Null(), ...problems(404, 503) },
};
const STANDARD = {
  active: true,
  environment: 'live' as const,
  tokenSeparator: '',
  timeZone: 'Asia/Jakarta',
  prslFilter: 'noPO' as const,
  quotaPerDay: null,
  minIntervalMs: 0,
};

/** GET, POST /v1/dealers; GET, PATCH, DELETE /v1/dealers/:dealerId */
export const dealerRoutes: FastifyPluginAsyncTypebox<GatewayDeps> = async (app, deps) => {
  const { dealers, sealer } = deps.dealers;
  app.get('/v1/dealers', { schema: list }, async (request, reply) => {
    const all = await fromDatabase(() => dealers.list());
    reply.header('cache-control', 'no-store');
    return { dealers: all.filter(({ dealerId }) => seesDealer(request, dealerId)).map(shown) };
  });
  app.post('/v1/dealers', { schema: add }, async (request, reply) => {
    assertSeesAll(request);
    const { dealerId, ...given } = request.body;
    assertSound(request);
    const dealer = await fromDatabase(() => dealers.add(dealerId, { ...STANDARD, ...given }, sealer()));
    reply.code(201).header('location', `${deps.config.PUBLIC_URL}/v1/dealers/${dealerId}`);
    return shown(dealer);
  });
  app.get('/v1/dealers/:dealerId', { schema: one }, async (request, reply) => {
    reply.header('cache-control', 'no-store');
    return shown(await seenDealer(request, deps, request.params.dealerId));
  });
  app.patch('/v1/dealers/:dealerId', { schema: change }, async (request) => {
    assertSeesAll(request);
    assertSound(request);
    return shown(await fromDatabase(() => dealers.change(request.params.dealerId, request.body, sealer())));
  });
  app.delete('/v1/dealers/:dealerId', { schema: remove }, async (request, reply) => {
    assertSeesAll(request);
    if (!(await fromDatabase(() => dealers.remove(request.params.dealerId)))) throw noDealer();
    reply.code(204);
    return null;
  });
};

function shown({ createdAt, ...dealer }: Dealer): Static<typeof ShownDealer> {
  return { ...dealer, createdAt: createdAt.toISOString() };
}

/** What the schema cannot say. @throws ProblemError INVALID_REQUEST. */
function assertSound({ body }: { body: { timeZone?: string } }): void {
  const faults = illFormedTexts(body);
  if (body.timeZone !== undefined && !isTimeZone(body.timeZone)) {
    faults.push({ pointer: '/timeZone', detail: 'must be a time zone of the IANA list, e.g. Asia/Jakarta' });
  }
  if (faults.length > 0) throw invalidFields(faults);
}

function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }) !== undefined;
  } catch {
    return false; // RangeError: there is no such zone
  }
}

/** Whoever is limited to dealers can neither add nor change nor remove any. */
function assertSeesAll(request: FastifyRequest): void {
  if (callerOf(request).tenants !== 'all') throw problem('NOT_ALLOWED', 'Dealers are managed by operators.');
}
