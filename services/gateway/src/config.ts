import {
  allLimitVariables,
  commonVariables,
  databaseVariables,
  loadConfig,
  natsVariables,
  optionalSecretsVariables,
} from '@lanekeeper/service-kit';
import Type, { type Static } from 'typebox';

const limit = (standard: string, what: string) =>
  Type.String({
    default: standard,
    pattern: '^[1-9]\\d{0,8}/[1-9]\\d{0,6}$',
    description: `requests/seconds: ${what}`,
  });

/** The variables of authentication. */
export const authVariables = {
  AUTH: Type.Union([Type.Literal('off'), Type.Literal('jwt')], {
    default: 'off',
    description: 'off lets anyone in, on a loopback HOST only; jwt asks for a bearer token',
  }),
  AUTH_SECRET: Type.String({
    default: '',
    pattern: '^$|^.{32,}$',
    description:
      'Secret of AUTH=jwt, 32 characters or more: signs tickets, and tokens (HS256) if AUTH_JWKS_URL is empty',
  }),
  AUTH_JWKS_URL: Type.String({
    default: '',
    pattern: '^$|^https?://[^\\s]+$',
    description: 'Where the public keys of tokens are, for tokens of an identity provider',
  }),
  AUTH_ISSUER: Type.String({ default: '', description: 'The `iss` that tokens must have; empty: any' }),
  AUTH_AUDIENCE: Type.String({ default: '', description: 'The `aud` that tokens must have; empty: any' }),
};

/** The gateway's variables: names, rules, defaults. */
export const GatewayVariables = Type.Object({
  ...commonVariables,
  ...natsVariables,
  ...databaseVariables,
  ...optionalSecretsVariables,
  ...allLimitVariables(),
  PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 3000, description: 'Port to listen on, 0 = any free' }),
  STATUS_URL: Type.String({
    default: 'http://127.0.0.1:3001',
    pattern: '^https?://[^\\s/?#]+$',
    description: 'Base URL of the status service, without a path',
  }),
  ...authVariables,
  PUBLIC_URL: Type.String({
    default: '',
    pattern: '^$|^https?://[^\\s]*[^\\s/]$',
    description: 'Base URL of links in answers; empty: links are relative',
  }),
  MEDIA_DIR: Type.String({ default: '.data/media', description: 'Directory served under /media/' }),
  EVIDENCE_DIR: Type.String({ default: '.data/evidence', description: 'Where the browser worker keeps evidence' }),
  RATE_LIMIT: Type.Union([Type.Literal('on'), Type.Literal('off')], { default: 'on', description: 'on or off' }),
  RATE_LIMIT_REMOVAL: limit('30/3600', 'single background removals per vendor'),
  RATE_LIMIT_IMAGE: limit('50/900', 'other single image requests per vendor'),
  RATE_LIMIT_BULK: limit('10/3600', 'bulk requests per vendor'),
  RATE_LIMIT_CLIENT: limit('100/900', 'submitting image requests per client address'),
  TRUST_PROXY: Type.String({
    default: '',
    description: 'Whose X-Forwarded-For is believed: addresses and networks, or a number of hops; empty: nobody',
  }),
});
/** See {@link GatewayVariables}. */
export type GatewayConfig = Readonly<Static<typeof GatewayVariables>>;

/**
 * The gateway's configuration out of the environment.
 * @throws ConfigError naming every wrong variable; also when authentication is off on an address that others reach.
 */
export function loadGatewayConfig(env: NodeJS.ProcessEnv): GatewayConfig {
  return loadConfig(GatewayVariables, env, ({ AUTH, AUTH_SECRET, AUTH_JWKS_URL, AUTH_AUDIENCE, HOST }) =>
    [
      AUTH === 'off' &&
        !isLoopback(HOST) &&
        `AUTH=off lets anyone in, so HOST must be a loopback address (127.0.0.1, ::1 or localhost), not "${HOST}"`,
      AUTH === 'jwt' && AUTH_SECRET === '' && 'AUTH_SECRET is required for AUTH=jwt',
      // Without it a token that the provider made for any other application would open this one.
      AUTH_JWKS_URL !== '' && AUTH_AUDIENCE === '' && 'AUTH_AUDIENCE is required for AUTH_JWKS_URL',
    ].filter((fault) => fault !== false),
  );
}

/** Whether a host to listen on can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/** Whether the sender at this distance is believed; 0 is the peer of the connection. */
type TrustedHops = (address: string, hop: number) => boolean;

/** `TRUST_PROXY` as Fastify's `trustProxy` takes it. */
export function trustedProxies(setting: string): boolean | string[] | TrustedHops {
  const text = setting.trim();
  if (text === '') return false;
  if (/^\d+$/.test(text)) return (_address, hop) => hop < Number(text);
  return text.split(',').map((part) => part.trim());
}
