import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { problem } from '@lanekeeper/service-kit';
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify, SignJWT } from 'jose';
import { ANYONE, type Caller } from '../caller.ts';
import type { GatewayConfig } from '../config.ts';
import { callerFrom } from './claims.ts';

/** Tells who is calling, and issues tickets for event streams. All throw ProblemError NOT_AUTHENTICATED. */
export type Auth = {
  callerOfToken: (token: string | undefined) => Promise<Caller>;
  callerOfTicket: (ticket: string) => Promise<Caller>;
  /** A ticket with which the caller may open an event stream for a minute. */
  ticketFor: (caller: Caller) => Promise<{ ticket: string; expiresAt: string }>;
};

/** How long a ticket opens streams, in seconds. It stands in a URL, which others may log. */
const TICKET_S = 60;
/** How far the clock of whoever issues tokens may be off, in seconds. */
const SKEW_S = 5;
/** Never HS*: with a public key as its secret anyone could sign. */
const ASYMMETRIC = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'EdDSA', 'Ed25519'];

/** The authentication that a configuration asks for. */
export function openAuth(config: GatewayConfig): Auth {
  return config.AUTH === 'off' ? openToAll : withTokens(config);
}

const openToAll: Auth = {
  callerOfToken: async () => ANYONE,
  callerOfTicket: async () => ANYONE,
  ticketFor: async () => ({ ticket: 'none', expiresAt: secondsFromNow(TICKET_S).toISOString() }),
};

function withTokens(config: GatewayConfig): Auth {
  const tokenKey = keyOfTokens(config);
  const algorithms = config.AUTH_JWKS_URL === '' ? ['HS256'] : ASYMMETRIC;
  const { AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience } = config;
  const about = { ...(issuer === '' ? {} : { issuer }), ...(audience === '' ? {} : { audience }) };
  // A key of its own: a ticket is no token, and a token no ticket.
  const ticketKey = secretKey(createHmac('sha256', config.AUTH_SECRET).update('event stream tickets').digest());
  return {
    async callerOfToken(token) {
      if (token === undefined) throw notAuthenticated('Say who is calling: Authorization: Bearer <token>.');
      return callerFrom(await verified(token, tokenKey, { algorithms, ...about, clockTolerance: SKEW_S }));
    },
    async callerOfTicket(ticket) {
      const { caller } = await verified(ticket, async () => ticketKey, { algorithms: ['HS256'] });
      return caller as Caller;
    },
    async ticketFor(caller) {
      const end = new Date(Math.min(secondsFromNow(TICKET_S).getTime(), caller.until ?? Infinity));
      const signed = new SignJWT({ caller }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime(end);
      return { ticket: await signed.sign(ticketKey), expiresAt: end.toISOString() };
    },
  };
}

function keyOfTokens({ AUTH_JWKS_URL, AUTH_SECRET }: GatewayConfig): JWTVerifyGetKey {
  if (AUTH_JWKS_URL !== '') return createRemoteJWKSet(new URL(AUTH_JWKS_URL));
  const secret = secretKey(AUTH_SECRET);
  return async () => secret;
}

/** A secret as a key for HS256. */
export function secretKey(secret: string | Buffer): KeyObject {
  return createSecretKey(typeof secret === 'string' ? Buffer.from(secret, 'utf8') : secret);
}

type Rules = { algorithms: string[]; issuer?: string; audience?: string; clockTolerance?: number };

async function verified(jwt: string, key: JWTVerifyGetKey, rules: Rules): Promise<JWTPayload> {
  try {
    return (await jwtVerify(jwt, key, { ...rules, requiredClaims: ['exp'] })).payload;
  } catch (cause) {
    throw isKeyAway(cause) ? keysAway(cause) : notAuthenticated(reasonOf(cause), cause);
  }
}

/** Whether the keys could not be fetched: no fault of the token. */
function isKeyAway(error: unknown): boolean {
  return !(error instanceof errors.JOSEError) || error.code === 'ERR_JWKS_TIMEOUT' || error.code === 'ERR_JOSE_GENERIC';
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'The token or ticket has expired; get a new one.';
  if (error instanceof errors.JWTClaimValidationFailed)
    return `The token's claim "${error.claim}" is not accepted here.`;
  return 'The token or ticket is not valid: it is damaged, or signed by somebody who is not trusted here.';
}

const notAuthenticated = (detail: string, cause?: unknown) =>
  problem('NOT_AUTHENTICATED', detail, { headers: { 'www-authenticate': 'Bearer realm="lanekeeper"' }, cause });

const keysAway = (cause: unknown) =>
  problem('NOT_READY', 'The keys that tokens are checked with cannot be fetched just now. Try again shortly.', {
    headers: { 'retry-after': '5' },
    cause,
  });

const secondsFromNow = (seconds: number) => new Date(Date.now() + seconds * 1_000);
