import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import { dgiModules } from '@lanekeeper/dgi';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { answerText, nothing, refuse, sentRows } from './answer.ts';
import { type Behaviour, Behaviours } from './behaviour.ts';
import { type Asked, checkRequest, refusals } from './check-request.ts';
import { DailyCount } from './daily-count.ts';
import { dealerGroups, type Style } from './dealer-groups.ts';
import { addJudgeRoutes } from './judge-routes.ts';
import { Store } from './store.ts';

/** What the data is made from, and the clock. */
export type DealerApiOptions = {
  readonly seed: number;
  /** The data ends at midnight before it. */
  readonly baseDate: Date;
  /** Unix ms; default Date.now. */
  readonly now?: () => number;
};

type Parts = {
  readonly stores: readonly Store[];
  readonly behaviours: Behaviours;
  readonly now: () => number;
  readonly counter: DailyCount;
};
/** How this request is answered. */
type Manner = Behaviour & { style: Style };

const moduleNames = new Set([...dgiModules.values()].map(({ module }) => module));

/** A server that speaks DGI v1.3 for two dealer groups: `POST /dgi-api/v1.3/<module>/read`; and /judge, see there. */
export function buildDealerApi({ seed, baseDate, now = Date.now }: DealerApiOptions): FastifyInstance {
  const app = fastify({ forceCloseConnections: true });
  app.setValidatorCompiler(TypeBoxValidatorCompiler);
  const stores = dealerGroups.map((group) => new Store(group, { seed, baseDate }));
  const parts: Parts = { stores, behaviours: new Behaviours(), now, counter: new DailyCount(now) };
  addJudgeRoutes(app, { ...parts, requests: parts.counter.totals });
  app.get('/', async () => ({ name: 'dealer-api', groups: dealerGroups.map(({ name }) => name) }));
  app.post<{ Params: { module: string } }>('/dgi-api/v1.3/:module/read', (request, reply) =>
    answer(parts, request, reply),
  );
  return app;
}

type Received = FastifyRequest<{ Params: { module: string } }>;

async function answer(parts: Parts, request: Received, reply: FastifyReply): Promise<unknown> {
  const asked: Asked = { module: request.params.module, headers: request.headers, body: cleanBody(request.body) };
  if (!moduleNames.has(asked.module)) return reply.code(404).send({ error: 'not_found' });
  const store = parts.stores.find(({ group }) => group.apiKey === request.headers['dgi-api-key']);
  if (store === undefined) return refuse('documented', refusals.token);
  const { name, style, joinedLines } = store.group;
  const manner: Manner = { style, joinedLines, ...parts.behaviours.of(name, asked.body.dealerId ?? '') };
  const nowMs = parts.now() + (manner.clockSkewSeconds ?? 0) * 1_000;
  reply.header('date', new Date(manner.honestDate ? parts.now() : nowMs).toUTCString());
  const used = parts.counter.add(name);
  if (await misbehave(parts, { name, asked, manner }, reply)) return reply;
  const verdict = checkRequest(asked, { group: store.group, behaviour: manner, nowMs, used });
  return 'refusal' in verdict
    ? refuse(manner.style, verdict.refusal)
    : sendRows(reply, store.find(verdict.query), manner);
}

/** Whether the request has had its answer by that, or never gets one. */
async function misbehave(
  { behaviours }: Parts,
  { name, asked, manner }: { name: string; asked: Asked; manner: Manner },
  reply: FastifyReply,
): Promise<boolean> {
  if (manner.delayMs) await delay(manner.delayMs);
  if (manner.hang) {
    reply.hijack();
    return true;
  }
  if (!behaviours.takeFailure(name, asked.body.dealerId ?? '')) return false;
  reply.code(manner.failureStatus ?? 500).send({ error: 'server_error', error_description: 'An error occurred' });
  return true;
}

function sendRows(reply: FastifyReply, found: ReturnType<Store['find']>, manner: Manner): unknown {
  const rows = sentRows(found, manner);
  const first = rows.next();
  if (first.done) return nothing(manner.style);
  reply.type('application/json');
  const text = answerText(prepend(first.value, rows));
  return reply.send(Readable.from(manner.cutAnswer ? cut(text) : text));
}

function* prepend<T>(first: T, others: Iterable<T>): Generator<T, void> {
  yield first;
  yield* others;
}

/** Fails in the middle: the connection breaks. */
async function* cut(text: Iterable<string>): AsyncGenerator<string, void> {
  for (const piece of text) {
    yield piece.slice(0, piece.length / 2);
    // The beginning is on its way before the end comes.
    await delay(50);
    throw new Error('the answer is cut, as asked for');
  }
}

/** Some samples of the document have spaces inside names. */
function cleanBody(body: unknown): Record<string, string> {
  const entries = typeof body === 'object' && body !== null ? Object.entries(body) : [];
  return Object.fromEntries(entries.map(([name, value]) => [name.trim(), String(value ?? '').trim()]));
}
