import type { FastifyInstance, FastifyReply } from 'fastify';
import { checkListing, Submission, titleOf } from '../check-listing.ts';
import type { Site } from '../site.ts';
import type { Account } from '../store/accounts.ts';
import { texts } from '../texts/language.ts';
import { accountOf, atLimit } from './page-routes.ts';
import { requireLogin } from './visitor.ts';

type Fault = NonNullable<Account['misbehaviour']['publish']>['fault'];

/** What the form calls when Publish is clicked. */
export function addPublishRoute(app: FastifyInstance, site: Site): void {
  const options = { schema: { body: Submission }, preHandler: requireLogin };
  app.post<{ Body: Submission }>('/ajax/listings', options, async (request, reply) => {
    const account = accountOf(request);
    const made = site.listings.ofDraft(request.body.draft);
    if (made) return answer(reply, made.id, account, made.fault);
    const errors = checkListing(request.body);
    if (errors.length > 0 || !site.photos.haveAll(request.body.photos)) return reply.code(422).send({ errors });
    if (atLimit(account)) return reply.code(429).send({ problem: texts[account.language].limitText });
    const fault = nextFault(site, account);
    if (fault === 'error') return reply.code(500).send({ problem: texts[account.language].somethingWrong });
    return answer(reply, publish(site, account, request.body, fault), account, fault);
  });
}

function publish(
  { accounts, listings }: Site,
  account: Account,
  submission: Submission,
  fault: Fault | undefined,
): string {
  const { email, misbehaviour, posts } = account;
  const { draft, kind, fields, photos } = submission;
  const title = titleOf(kind, fields);
  const reviewed = misbehaviour.reviewed ?? false;
  const id = listings.add({ email, kind, title, price: Number(fields.price), fields, photos, reviewed, draft, fault });
  accounts.countPost(email);
  if (posts + 1 >= (misbehaviour.sessionExpiresAfterPosts ?? Number.POSITIVE_INFINITY)) accounts.endSessions(email);
  return id;
}

const answer = (reply: FastifyReply, id: string, account: Account, fault: string | undefined): FastifyReply =>
  fault ? loseAnswer(reply, fault) : reply.code(201).send(successOf(id, account));

const successOf = (id: string, { misbehaviour }: Account) =>
  misbehaviour.layout === 'b'
    ? { redirect: `/marketplace/item/${id}` }
    : { listing: { url: `/marketplace/item/${id}` }, redirect: '/marketplace/you/selling?published' };

function loseAnswer(reply: FastifyReply, fault: string): FastifyReply {
  reply.hijack();
  if (fault === 'answer-lost') reply.raw.socket?.destroy();
  return reply;
}

function nextFault({ accounts }: Site, { email, misbehaviour }: Account): Fault | undefined {
  const { publish, ...others } = misbehaviour;
  if (!publish) return undefined;
  const { fault, times } = publish;
  if (times === undefined) return fault;
  if (times === 0) return undefined;
  accounts.treat(email, { ...others, publish: { fault, times: times - 1 } });
  return fault;
}
