import { SignJWT } from 'jose';
import type { GatewayConfig } from '../config.ts';
import type { Claims } from './claims.ts';
import { secretKey } from './open-auth.ts';

/** Signs a token that a gateway with this AUTH_SECRET accepts (HS256). For trying things, and for small installations. */
export function signToken(
  { exp, ...claims }: Claims,
  config: Pick<GatewayConfig, 'AUTH_SECRET' | 'AUTH_ISSUER' | 'AUTH_AUDIENCE'>,
): Promise<string> {
  const token = new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).setIssuedAt().setExpirationTime(exp);
  if (config.AUTH_ISSUER !== '') token.setIssuer(config.AUTH_ISSUER);
  if (config.AUTH_AUDIENCE !== '') token.setAudience(config.AUTH_AUDIENCE);
  return token.sign(secretKey(config.AUTH_SECRET));
}
