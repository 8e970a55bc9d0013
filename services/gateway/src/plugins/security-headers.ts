import helmet from '@fastify/helmet';
import fp from 'fastify-plugin';

/**
 * Security headers of every answer. Strict-Transport-Security is left to whoever terminates TLS, and so is the upgrade
 * of insecure requests: on loopback there is no TLS.
 */
export const securityHeaders = fp(
  async (app) => {
    await app.register(helmet, {
      global: true,
      strictTransportSecurity: false,
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'self'"],
          imgSrc: ["'self'", 'data:', 'http:', 'https:'],
          styleSrc: ["'self'", "'unsafe-inline'"],
          objectSrc: ["'none'"],
          baseUri: ["'none'"],
          frameAncestors: ["'none'"],
          formAction: ["'self'"],
        },
      },
    });
  },
  { name: 'security-headers' },
);
