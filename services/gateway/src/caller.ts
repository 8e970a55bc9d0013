import { tenantOf } from '@lanekeeper/contracts';
import { problem } from '@lanekeeper/service-kit';
import type { FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';

/** Who is calling and what they may see and touch. */
export type Caller = {
  /** Separates the idempotency keys of callers from each other. */
  id: string;
  /** The owners whose lanes and jobs the caller sees, as `tenantOf` of the contracts writes them. */
  tenants: 'all' | readonly string[];
  /** The vendor that work belongs to when the request names none. */
  vendor: string;
  /** Which requests the caller may make, besides seeing only its tenants; `client` and `viewer` are narrowed below. */
  role: Role;
  /** When its token ends, in milliseconds since 1970; until then its event streams stay open. */
  until?: number;
};

/** What a token's `role` may be: who runs the system, who works it, whose lanes it serves, who only looks. */
export const Role = Type.Union([
  Type.Literal('admin'),
  Type.Literal('operator'),
  Type.Literal('client'),
  Type.Literal('viewer'),
]);
/** See {@link Role}. */
export type Role = Static<typeof Role>;

/** With `AUTH=off` (loopback only) everyone is the same caller, who may do all. */
export const ANYONE: Caller = Object.freeze({ id: 'anyone', tenants: 'all', vendor: 'default', role: 'admin' });

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before any route runs; absent on the routes that are open to all. */
    caller?: Caller | undefined;
  }
}

/** Who makes this request. @throws ProblemError NOT_AUTHENTICATED on a route that is open to all. */
export function callerOf({ caller }: FastifyRequest): Caller {
  if (!caller) throw problem('NOT_AUTHENTICATED', 'Say who is calling: Authorization: Bearer <token>.');
  return caller;
}

/** Whether the caller sees a lane and its jobs, and may send work to it. */
export function seesLane({ tenants }: Pick<Caller, 'tenants'>, workload: string, lane: string): boolean {
  return tenants === 'all' || tenants.includes(tenantOf(workload, lane));
}

/** Routes for everybody: probes, documentation, and images, whose names nobody guesses. */
const OPEN = /^\/(healthz|readyz|metrics|openapi\.json|docs(\/.*)?|media\/.*)$/;
/** Routes that limit a client to its own lanes. Any other is not a client's until it does, and is listed here. */
const FOR_CLIENTS =
  /^\/(api\/image-queue\/.+|accounts\/.+|dealers|jobs\/.*|v1\/(jobs|lanes|events|stats|accounts|dealers|schedules|fetch-logs)(\/.*)?)$/;
/** The only thing that a viewer may post. */
export const TICKET_ROUTE = '/v1/events/ticket';

/** Whether a route asks nobody who they are. */
export const isOpen = (route: string): boolean => OPEN.test(route);

/** Whether a route takes a ticket in place of a token. */
export const takesTicket = (route: string): boolean => route === '/v1/events';

/** Whether a caller may make such a request at all, whatever it is about. */
export function mayCall({ role }: Pick<Caller, 'role'>, method: string, route: string): boolean {
  if (role === 'client') return FOR_CLIENTS.test(route);
  return role !== 'viewer' || method === 'GET' || method === 'HEAD' || route === TICKET_ROUTE;
}

/** Whether there is a role that may not make such a request, whatever it is about. */
export const refusesRoles = (method: string, route: string): boolean =>
  Role.anyOf.some(({ const: role }) => !mayCall({ role }, method, route));

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
