import { problem } from '@lanekeeper/service-kit';
import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Auth } from '../auth/open-auth.ts';
import { isOpen, mayCall, takesTicket } from '../caller.ts';

/**
 * Decides before every route who is calling, and whether they may call it at all. What they may see and touch there is
 * up to the route, by `callerOf`. A path that is no route answers 404 to everybody.
 */
export const authenticate = fp<{ auth: Auth }>(
  async (app, { auth }) => {
    app.decorateRequest('caller', undefined);
    app.addHook('onRequest', async (request) => {
      const route = request.routeOptions.url;
      if (route === undefined || isOpen(route)) return;
      const ticket = takesTicket(route) ? ticketOf(request) : undefined;
      request.caller = await (ticket === undefined
        ? auth.callerOfToken(bearerOf(request))
        : auth.callerOfTicket(ticket));
      if (!mayCall(request.caller, request.method, route)) {
        throw problem('NOT_ALLOWED', `The role "${request.caller.role}" may not do this.`);
      }
    });
  },
  { name: 'authenticate', dependencies: ['problem'] },
);

function bearerOf({ headers }: FastifyRequest): string | undefined {
  return /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
}

/** Browsers cannot set a header on an event stream: they bring a ticket. */
function ticketOf({ query }: FastifyRequest): string | undefined {
  const { ticket } = query as { ticket?: unknown };
  return ticket === undefined ? undefined : String(ticket);
}

/** The query of a URL as it is, but without a ticket, which is for this gateway alone. */
export function queryWithoutTicket(url: string): string {
  const query = url.slice(url.indexOf('?') + 1 || url.length);
  return query
    .split('&')
    .filter((pair) => !new URLSearchParams(pair).has('ticket'))
    .join('&');
}
