import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { cronFault, nextTick, type Schedule } from '@lanekeeper/dealers';
import { fetchTypes } from '@lanekeeper/dgi/modules';
import { invalidFields, problem } from '@lanekeeper/service-kit';
import type { FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { fromDatabase, seenDealer, seesDealer } from '../../dealers/seen-dealers.ts';
import type { GatewayDeps } from '../../deps.ts';
import { problems } from '../../openapi/answers.ts';

const closed = { additionalProperties: false };
const settings = {
  fetchType: Type.String({ maxLength: 64, description: `One of ${fetchTypes.join(', ')}` }),
  cron: Type.String({ minLength: 9, maxLength: 120, description: 'Minute, hour, day, month, weekday: 0 6 * * *' }),
  timeZone: Type.String({ maxLength: 64, description: 'IANA zone of the pattern, e.g. Asia/Jakarta' }),
  lookbackMinutes: Type.Integer({ minimum: 1, maximum: 43_200, description: 'How far back each fetch looks' }),
  active: Type.Boolean(),
};
const NullableText = Type.Union([Type.String(), Type.Null()]);
const ShownSchedule = Type.Object({
  id: Type.String(),
  dealerId: Type.String(),
  ...settings,
  nextAt: NullableText,
  lastDueAt: Type.String(),
  lastJobId: NullableText,
  lastOutcome: NullableText,
  createdAt: Type.String(),
});
const { fetchType, cron, ...rest } = settings;
const NewSchedule = Type.Object({ fetchType, cron, ...Type.Partial(Type.Object(rest)).properties }, closed);
const Changes = Type.Partial(Type.Object(settings, closed));
const tags = ['Dealers'];
const ofDealer = Type.Object({ dealerId: Type.String() });
const ofSchedule = Type.Object({ id: Type.String() });

const list = {
  tags,
  summary: 'The schedules of a dealer',
  params: ofDealer,
  response: { 200: Type.Object({ schedules: Type.Array(ShownSchedule) }), ...problems(404, 503) },
};
const add = {
  tags,
  summary: 'Fetch something of a dealer again and again',
  params: ofDealer,
  body: NewSchedule,
  response: { 201: ShownSchedule, ...problems(400, 404, 415, 503) },
};
const change = {
  tags,
  summary: 'Change a schedule; what is left out stays',
  params: ofSchedule,
  body: Changes,
  response: { 200: ShownSchedule, ...problems(400, 404, 415, 503) },
};
const remove = {
  tags,
  summary: 'Remove a schedule; its jobs stay',
  params: ofSchedule,
  response: { 204: Type.Null(), ...problems(404, 503) },
};
/** A day and an hour: two runs of a daily schedule overlap. */
const STANDARD = { timeZone: 'Asia/Jakarta', lookbackMinutes: 1_500, active: true };

/** GET, POST /v1/dealers/:dealerId/schedules; PATCH, DELETE /v1/schedules/:id */
export const scheduleRoutes: FastifyPluginAsyncTypebox<GatewayDeps> = async (app, deps) => {
  const { schedules } = deps.dealers;
  app.get('/v1/dealers/:dealerId/schedules', { schema: list }, async (request) => {
    const { dealerId } = await seenDealer(request, deps, request.params.dealerId);
    return { schedules: (await fromDatabase(() => schedules.list(dealerId))).map(shown) };
  });
  app.post('/v1/dealers/:dealerId/schedules', { schema: add }, async (request, reply) => {
    const { dealerId } = await seenDealer(request, deps, request.params.dealerId);
    const wanted = { ...STANDARD, ...request.body };
    assertSound(wanted);
    const schedule = await fromDatabase(() => schedules.add(dealerId, wanted));
    reply.code(201);
    return shown(schedule);
  });
  app.patch('/v1/schedules/:id', { schema: change }, async (request) => {
    const schedule = await seenSchedule(request, deps, request.params.id);
    assertSound({ ...schedule, ...request.body });
    return shown((await fromDatabase(() => schedules.change(schedule.id, request.body))) ?? schedule);
  });
  app.delete('/v1/schedules/:id', { schema: remove }, async (request, reply) => {
    const { id } = await seenSchedule(request, deps, request.params.id);
    await fromDatabase(() => schedules.remove(id));
    reply.code(204);
    return null;
  });
};

async function seenSchedule(request: FastifyRequest, { dealers }: GatewayDeps, id: string): Promise<Schedule> {
  const schedule = await fromDatabase(() => dealers.schedules.find(id));
  if (schedule && seesDealer(request, schedule.dealerId)) return schedule;
  throw problem('NOT_FOUND', 'There is no schedule with this id.');
}

function assertSound({ fetchType, cron, timeZone }: Pick<Schedule, 'fetchType' | 'cron' | 'timeZone'>): void {
  const faults: { pointer: string; detail: string }[] = [];
  if (!fetchTypes.includes(fetchType)) {
    faults.push({ pointer: '/fetchType', detail: `must be one of ${fetchTypes.join(', ')}` });
  }
  const fault = cronFault(cron, timeZone);
  if (fault !== undefined)
    faults.push({ pointer: fault.startsWith('is not a time zone') ? '/timeZone' : '/cron', detail: fault });
  if (faults.length > 0) throw invalidFields(faults);
}

function shown(schedule: Schedule): Static<typeof ShownSchedule> {
  const { lastDueAt, createdAt, ...rest } = schedule;
  const next = schedule.active ? nextTick(schedule.cron, schedule.timeZone, new Date()) : undefined;
  const times = { lastDueAt: lastDueAt.toISOString(), createdAt: createdAt.toISOString() };
  return { ...rest, ...times, nextAt: next?.toISOString() ?? null };
}
