import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { Auth } from '../../auth/open-auth.ts';
import { callerOf, TICKET_ROUTE } from '../../caller.ts';

const schema = {
  tags: ['Jobs'],
  summary: 'A ticket with which a browser opens the event stream: GET /v1/events?ticket=...',
  description:
    'A browser cannot send a token with an event stream. A ticket opens streams for a minute; one that comes back later ' +
    'takes a new ticket, and `after` instead of `Last-Event-ID`.',
  response: {
    200: Type.Object({ ticket: Type.String(), expiresAt: Type.String({ description: 'Until when it opens streams' }) }),
  },
};

/** POST /v1/events/ticket */
export const eventTicketRoute: FastifyPluginAsyncTypebox<{ auth: Auth }> = async (app, { auth }) => {
  app.post(TICKET_ROUTE, { schema }, async (request, reply) => {
    reply.header('cache-control', 'no-store');
    return auth.ticketFor(callerOf(request));
  });
};
