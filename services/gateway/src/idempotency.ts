import { createHash } from 'node:crypto';
import type { Idempotency } from '@lanekeeper/lanes';
import { problem } from '@lanekeeper/service-kit';
import type { FastifyRequest } from 'fastify';
import { callerOf } from './caller.ts';

const KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * The idempotency of a request that carries an `Idempotency-Key`; keys are the caller's own. The fingerprint covers the
 * route and the body as a value, so that white space and the order of fields do not matter.
 * @throws ProblemError INVALID_REQUEST when the key is not 1 to 255 visible ASCII characters.
 */
export function idempotencyOf(request: FastifyRequest): Idempotency | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || !KEY.test(key)) {
    throw problem('INVALID_REQUEST', 'The Idempotency-Key header must be 1 to 255 visible ASCII characters.');
  }
  const fingerprint = createHash('sha256')
    .update(`${request.routeOptions.url}\n${canonicalJson(request.body)}`)
    .digest('base64url');
  return { scope: callerOf(request).id, key, fingerprint };
}

/** JSON with the fields of every object in alphabetical order: equal values give equal texts. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
