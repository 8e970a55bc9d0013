import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import fp from 'fastify-plugin';
import { describeCallers, securitySchemes } from '../openapi/callers.ts';

/** Describes all routes as OpenAPI 3.1 at /openapi.json, browsable at /docs. */
export const openapi = fp<{ publicUrl: string }>(
  async (app, { publicUrl }) => {
    await app.register(swagger, {
      openapi: {
        openapi: '3.1.0',
        info: {
          title: 'Lanekeeper',
          version: '1',
          description:
            'Slow work, one at a time per owner and in order. Answers that are not a success are problem details ' +
            '(RFC 9457) with a stable `code`; `errors` names each offending field by JSON pointer.',
        },
        servers: [{ url: publicUrl === '' ? '/' : publicUrl }],
        components: { securitySchemes },
        tags: [
          { name: 'Jobs', description: 'The uniform interface: unknown fields are refused' },
          { name: 'Lanes', description: 'The lanes of a workload, to look at, pause and resume' },
          { name: 'Image queue', description: 'The interface of the image queue: unknown fields are ignored' },
          {
            name: 'Marketplace',
            description: 'The interface of the marketplace automation: unknown fields are ignored',
          },
          { name: 'Accounts', description: 'Marketplace accounts and their logins, which are stored and never shown' },
          { name: 'Operation' },
        ],
      },
      transform: describeCallers,
    });
    app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
    await app.register(swaggerUi, { routePrefix: '/docs', uiConfig: { validatorUrl: null } });
  },
  { name: 'openapi', dependencies: ['problem'] },
);
