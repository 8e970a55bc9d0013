import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { checkpointPage } from '../pages/notices.ts';
import { viewFor } from '../pages/page.ts';
import type { Site } from '../site.ts';
import type { Account } from '../store/accounts.ts';

const COOKIE = 'session';
const KEPT_S = 30 * 24 * 3_600;

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose session the request has. */
    account: Account | undefined;
  }
}

/** Finds out who asks, before each request, and treats them as their account is to be treated. */
export function addVisitors(app: FastifyInstance, { accounts }: Site): void {
  app.decorateRequest('account', undefined);
  app.addHook('onRequest', async (request, reply) => {
    if (/^\/(judge|assets|photos|healthz)\b/.test(request.url)) return;
    const token = sessionToken(request);
    request.account = token === undefined ? undefined : accounts.ofSession(token);
    if (token !== undefined && !request.account) forget(reply);
    const { slowMs, checkpoint } = request.account?.misbehaviour ?? {};
    if (slowMs) await delay(slowMs);
    if (checkpoint && !/^\/(checkpoint|logout)$/.test(request.url)) return stopAtCheckpoint(request, reply);
  });
}

function stopAtCheckpoint(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (request.url.startsWith('/ajax/')) return reply.code(403).send({ redirect: '/checkpoint' });
  return sendPage(reply, checkpointPage(viewFor(request.account)));
}

/** For routes that need a login: answers what to do instead, and undefined when there is an account. */
export async function requireLogin(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
  if (request.account) return undefined;
  const address = `/login?next=${encodeURIComponent(request.url)}`;
  if (request.url.startsWith('/ajax/')) return reply.code(401).send({ redirect: '/login' });
  return reply.redirect(address);
}

/** The token that a request's cookie holds. */
export const sessionToken = (request: FastifyRequest): string | undefined =>
  new RegExp(`(?:^|;\\s*)${COOKIE}=([\\w-]+)`).exec(request.headers.cookie ?? '')?.[1];

/** Gives the visitor a session. */
export const remember = (reply: FastifyReply, token: string): FastifyReply =>
  reply.header('set-cookie', `${COOKIE}=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${KEPT_S}`);

/** Takes the visitor's session away. */
export const forget = (reply: FastifyReply): FastifyReply =>
  reply.header('set-cookie', `${COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0`);

/** The session as Playwright keeps it, for a browser that has logged in already. */
export const storageStateOf = (token: string, hostname: string) => ({
  cookies: [
    {
      name: COOKIE,
      value: token,
      domain: hostname,
      path: '/',
      expires: Math.floor(Date.now() / 1_000) + KEPT_S,
      httpOnly: true,
      secure: false,
      sameSite: 'Lax' as const,
    },
  ],
  origins: [],
});

/** Sends markup that is not to be kept by the browser. */
export const sendPage = (reply: FastifyReply, markup: string): FastifyReply =>
  reply.type('text/html; charset=utf-8').header('cache-control', 'no-store').send(markup);
