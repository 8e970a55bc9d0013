import type { FastifyRequest } from 'fastify';

/** Who is calling and what they may see. */
export type Caller = {
  /** Separates the idempotency keys of callers from each other. */
  id: string;
  /** The owners whose jobs the caller sees. */
  tenants: 'all' | readonly string[];
  /** The vendor that work belongs to when the request names none. */
  vendor: string;
};

const ANYONE: Caller = Object.freeze({ id: 'anyone', tenants: 'all', vendor: 'default' });

/** Decides who is calling: with `AUTH=off` (loopback only) everyone is the same caller, who sees all. */
export function callerOf(_request: FastifyRequest): Caller {
  return ANYONE;
}

/** Header in which the status service is told whose jobs the caller sees; absent: all. Never taken from a client. */
export const TENANTS_HEADER = 'x-lanekeeper-tenants';

/** The headers that scope a read at the status service to what the caller sees. */
export function scopeHeaders({ tenants }: Pick<Caller, 'tenants'>): Record<string, string> {
  return tenants === 'all' ? {} : { [TENANTS_HEADER]: asciiJson(tenants) };
}

/** JSON in ASCII alone: a header cannot carry every letter of a tenant's name. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(/[^ -~]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
