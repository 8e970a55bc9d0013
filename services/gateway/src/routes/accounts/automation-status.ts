import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Account } from '@lanekeeper/accounts';
import { AccountState, type Job } from '@lanekeeper/contracts';
import type { LaneStats } from '@lanekeeper/lanes';
import Type, { type Static } from 'typebox';
import { fromDatabase, seesAccount } from '../../accounts/seen-accounts.ts';
import { callerOf, scopeHeaders } from '../../caller.ts';
import type { GatewayDeps } from '../../deps.ts';
import { problems } from '../../openapi/answers.ts';

/** Lanes that are looked at, the fullest first: more accounts than that have work at once only in theory. */
const MAX_LANES = 10_000;

/** Operations that run at once at most; the fleet limit is far below. */
const MAX_ACTIVE = 500;

const Status = Type.Object({
  account_id: Type.String(),
  email: Type.String(),
  queue_size: Type.Integer({ description: 'Operations that wait' }),
  is_active: Type.Boolean({ description: 'An operation runs now' }),
  current_operation: Type.Union([Type.String(), Type.Null()], { description: 'post or renew' }),
  completed: Type.Integer({ description: 'Operations completed so far' }),
  account_state: AccountState,
  paused: Type.Optional(Type.String({ description: 'Why its queue waits for somebody to resume it' })),
});
const schema = {
  tags: ['Marketplace'],
  summary: 'What the queues of all accounts are doing',
  response: {
    200: Type.Object({ success: Type.Literal(true), accounts_status: Type.Record(Type.String(), Status) }),
    ...problems(503),
  },
};

/** GET /accounts/automation-status/ */
export const automationStatusRoute: FastifyPluginAsyncTypebox<GatewayDeps> = async (app, deps) => {
  const { engine, status } = deps;
  app.get('/accounts/automation-status/', { schema }, async (request, reply) => {
    const [accounts, completed, { lanes }, active] = await Promise.all([
      fromDatabase(() => deps.accounts.accounts.list()),
      fromDatabase(() => deps.accounts.operations.counts()),
      engine.listLanes('browser', { limit: MAX_LANES }),
      status.jobsIn('browser', 'active', scopeHeaders(callerOf(request)), MAX_ACTIVE),
    ]);
    const laneOf = new Map(lanes.map((lane) => [lane.lane, lane]));
    const jobOf = new Map(active.map((job) => [job.lane, job]));
    const seen = accounts.filter(({ id }) => seesAccount(request, id));
    const statuses = seen.map((account): [string, Static<typeof Status>] => [
      account.email,
      statusOf(account, laneOf.get(account.id), jobOf.get(account.id), completed.get(account.id) ?? 0),
    ]);
    reply.header('cache-control', 'no-store');
    return { success: true as const, accounts_status: Object.fromEntries(statuses) };
  });
};

function statusOf(
  { id, email, state }: Account,
  lane: LaneStats | undefined,
  job: Job | undefined,
  completed: number,
): Static<typeof Status> {
  const waiting = Math.max(0, (lane?.commands ?? 0) - (job ? 1 : 0));
  return {
    account_id: id,
    email,
    queue_size: waiting,
    is_active: job !== undefined,
    current_operation: job ? String((job.data as { operation?: unknown }).operation) : null,
    completed,
    account_state: state,
    ...(lane?.paused ? { paused: lane.paused.reason } : {}),
  };
}
