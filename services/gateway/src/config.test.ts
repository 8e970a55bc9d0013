import { ConfigError } from '@lanekeeper/service-kit';
import { expect, test } from 'vitest';
import { loadGatewayConfig, trustedProxies } from './config.ts';
import { limitFrom } from './limits/rate-limits.ts';

const env = { DATABASE_URL: 'mysql://gateway@127.0.0.1/lanekeeper' };

test.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])('without authentication it may listen on %s', (HOST) => {
  expect(loadGatewayConfig({ ...env, HOST }).AUTH).toBe('off');
});

test.each(['0.0.0.0', '::', '10.0.0.1', 'gateway.example', '127.0.0.1.example.com'])(
  'without authentication it refuses to start on %s',
  (HOST) => {
    expect(() => loadGatewayConfig({ ...env, HOST })).toThrow(/AUTH=off.*loopback/);
  },
);

test('every wrong variable is named at once, without its value', () => {
  const wrong = { DATABASE_URL: 'secret', AUTH: 'maybe', RATE_LIMIT_BULK: '10', STATUS_URL: 'nowhere', PORT: '99999' };
  const load = () => loadGatewayConfig(wrong);
  expect(load).toThrow(ConfigError);
  expect(load).toThrow(/PORT/);
  for (const name of Object.keys(wrong)) expect(load).toThrow(new RegExp(`- ${name} `));
  expect(load).not.toThrow(/secret/);
});

test('a limit is requests per seconds', () => {
  expect(limitFrom(loadGatewayConfig(env).RATE_LIMIT_REMOVAL)).toEqual({ requests: 30, seconds: 3_600 });
});

test('trusted proxies are nobody, a number of hops, or addresses', () => {
  expect(trustedProxies('')).toBe(false);
  expect(trustedProxies('10.0.0.0/8, ::1')).toEqual(['10.0.0.0/8', '::1']);
  const hops = trustedProxies('1') as (address: string, hop: number) => boolean;
  expect([hops('a', 0), hops('b', 1)]).toEqual([true, false]);
});

test('with tokens it may listen anywhere, but not without a secret, nor for anybody’s tokens', () => {
  const jwt = { ...env, HOST: '0.0.0.0', AUTH: 'jwt', AUTH_SECRET: 's'.repeat(32) };
  expect(loadGatewayConfig(jwt).AUTH).toBe('jwt');
  expect(() => loadGatewayConfig({ ...jwt, AUTH_SECRET: '' })).toThrow(/AUTH_SECRET is required/);
  expect(() => loadGatewayConfig({ ...jwt, AUTH_SECRET: 'short' })).toThrow(/AUTH_SECRET/);
  expect(() => loadGatewayConfig({ ...jwt, AUTH_JWKS_URL: 'https://id.example/keys' })).toThrow(/AUTH_AUDIENCE/);
});
