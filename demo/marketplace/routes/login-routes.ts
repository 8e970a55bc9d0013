import type { FastifyInstance } from 'fastify';
import { logInPage } from '../pages/log-in.ts';
import { checkpointPage } from '../pages/notices.ts';
import { viewFor } from '../pages/page.ts';
import type { Site } from '../site.ts';
import { forget, remember, sendPage, sessionToken } from './visitor.ts';

const HOME = '/marketplace';
// Only paths of this site: anything else would lead a visitor away after the login.
const ownPath = (path: string | null | undefined): string => (path && /^\/(?!\/)/.test(path) ? path : HOME);

/** Logging in and out, and the page that asks who it is. */
export function addLoginRoutes(app: FastifyInstance, { accounts }: Site): void {
  app.get<{ Querystring: { next?: string } }>('/login', async (request, reply) => {
    const next = ownPath(request.query.next);
    if (request.account) return reply.redirect(next);
    return sendPage(reply, logInPage(viewFor(undefined, request.headers['accept-language']), { next }));
  });
  app.post<{ Body: URLSearchParams }>('/login', async (request, reply) => {
    const next = ownPath(request.body.get('next'));
    const token = accounts.logIn(request.body.get('email') ?? '', request.body.get('password') ?? '');
    if (token) return remember(reply, token).redirect(next, 303);
    const view = viewFor(undefined, request.headers['accept-language']);
    return sendPage(reply, logInPage(view, { next, failed: true }));
  });
  app.post('/logout', async (request, reply) => {
    const token = sessionToken(request);
    if (token) accounts.endSession(token);
    return forget(reply).redirect('/login', 303);
  });
  app.get('/checkpoint', async (request, reply) => {
    if (!request.account?.misbehaviour.checkpoint) return reply.redirect(HOME);
    return sendPage(reply, checkpointPage(viewFor(request.account)));
  });
  app.post<{ Body: URLSearchParams }>('/checkpoint', async (request, reply) => {
    const { account } = request;
    if (!account) return reply.redirect('/login', 303);
    if (!/^\d{6}$/.test(request.body.get('code') ?? '')) return sendPage(reply, checkpointPage(viewFor(account), true));
    const { checkpoint: _passed, ...others } = account.misbehaviour;
    accounts.treat(account.email, others);
    return reply.redirect(HOME, 303);
  });
}
