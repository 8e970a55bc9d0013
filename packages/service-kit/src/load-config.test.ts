import Type from 'typebox';
import { describe, expect, it } from 'vitest';
import { limitsFrom, limitVariablesOf, loadConfig } from './mod.ts';

const schema = Type.Object({
  PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 3000, description: 'Port to listen on' }),
  URL: Type.String({ pattern: '^https?://', description: 'Base URL' }),
  MODE: Type.Union([Type.Literal('on'), Type.Literal('off')], { default: 'on', description: 'on or off' }),
  SHARE: Type.Number({ default: 0.5 }),
});
const load = (env: NodeJS.ProcessEnv) => loadConfig(schema, env);

describe('loadConfig', () => {
  it('turns texts into what the schema says and takes defaults for what is absent or empty', () => {
    expect(load({ URL: 'http://a', PORT: '8080', MODE: '', SHARE: '0.25', OTHER: 'x' })).toEqual({
      URL: 'http://a',
      PORT: 8080,
      MODE: 'on',
      SHARE: 0.25,
    });
  });

  it('gives a frozen object', () => {
    expect(Object.isFrozen(load({ URL: 'http://a' }))).toBe(true);
  });

  it('names every wrong variable at once, with its rule and without its value', () => {
    const attempt = () => load({ PORT: '70000', URL: 'secret-value', MODE: 'maybe' });
    expect(attempt).toThrow(/PORT .*Port to listen on[\s\S]*URL .*Base URL[\s\S]*MODE .*on or off/);
    expect(attempt).not.toThrow(/secret-value/);
  });

  it.each([
    ['a number that is none', { URL: 'http://a', PORT: 'abc' }, /PORT/],
    ['a fraction where an integer is asked for', { URL: 'http://a', PORT: '1.5' }, /PORT/],
    ['a missing required variable', {}, /URL is required/],
  ])('refuses %s', (_, env, message) => expect(() => load(env)).toThrow(message));

  it('checks rules over several variables once each is valid by itself', () => {
    const check = () => ['PORT and URL do not go together'];
    expect(() => loadConfig(schema, { URL: 'http://a' }, check)).toThrow(/do not go together/);
    expect(() => loadConfig(schema, {}, check)).not.toThrow(/do not go together/);
  });
});

describe('limits of a workload', () => {
  const limits = Type.Object(limitVariablesOf('remove-bg'));

  it('come from the catalogue unless the environment says otherwise', () => {
    expect(limitsFrom('remove-bg', loadConfig(limits, { REMOVE_BG_FLEET_LIMIT: '5' }))).toEqual({
      width: 3,
      fleetLimit: 5,
      timeoutMs: 60_000,
      attempts: 3,
      backoffMs: 2_000,
      minGapMs: 0,
    });
  });

  it('below their minimum are refused by name', () => {
    expect(() => loadConfig(limits, { REMOVE_BG_WIDTH: '0' })).toThrow(/REMOVE_BG_WIDTH/);
  });
});
