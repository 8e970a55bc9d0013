import type { SwaggerTransform } from '@fastify/swagger';
import { isOpen, refusesRoles, takesTicket } from '../caller.ts';
import { problems } from './answers.ts';

/** The ways to say who is calling. */
export const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
  ticket: {
    type: 'apiKey',
    in: 'query',
    name: 'ticket',
    description: 'Instead of a token, for browsers: POST /v1/events/ticket issues one',
  },
} as const;

/**
 * Documents how a route asks who is calling, and how it refuses whom it does not know (401) and, where there are roles that
 * it is not for, whom it does not serve (403). It describes what `authenticate` does; what the route does stays as it is.
 */
export const describeCallers: SwaggerTransform = ({ schema, url, route }) => {
  if (isOpen(url)) return { schema: { ...schema, security: [] }, url };
  const refusals = [route.method].flat().some((method) => refusesRoles(method, url))
    ? problems(401, 403)
    : problems(401);
  const response = { ...refusals, ...(schema.response as object | undefined) };
  const security = [{ bearer: [] }, ...(takesTicket(url) ? [{ ticket: [] }] : [])];
  return { schema: { ...schema, security, response }, url };
};
