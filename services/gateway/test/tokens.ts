import type { Claims } from '../src/auth/claims.ts';
import { signToken } from '../src/auth/sign-token.ts';

/** A gateway's environment with tokens. */
export const withTokens = { HOST: '0.0.0.0', AUTH: 'jwt', AUTH_SECRET: 'a secret for tests, long enough to be one' };

const settings = { AUTH_SECRET: withTokens.AUTH_SECRET, AUTH_ISSUER: '', AUTH_AUDIENCE: '' };

/** The header of a caller with these claims, for an hour unless `exp` says other. */
export async function bearer(claims: Partial<Claims>, { secret = settings.AUTH_SECRET } = {}) {
  const complete = { sub: 'somebody', role: 'client' as const, exp: inSeconds(3_600), ...claims };
  return { authorization: `Bearer ${await signToken(complete, { ...settings, AUTH_SECRET: secret })}` };
}

/** A time from now, as tokens write it. */
export const inSeconds = (seconds: number) => Math.floor(Date.now() / 1_000) + seconds;
