import Type from 'typebox';
import { expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../load-config.ts';
import { parsePairs, telemetryVariables } from './telemetry-variables.ts';

const load = (env: Record<string, string>) => loadConfig(Type.Object(telemetryVariables), env);

it('is off by default', () => {
  expect(load({})).toMatchObject({ OTEL_EXPORTER_OTLP_ENDPOINT: '', OTEL_TRACES_SAMPLER: 'parentbased_always_on' });
});

it.each([
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://user:secret@collector:4318'],
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'Bearer x'],
  ['OTEL_TRACES_SAMPLER', 'sometimes'],
  ['OTEL_TRACES_SAMPLER_ARG', '1.5'],
])('%s=%s stops the start', (name, value) => {
  expect(() => load({ [name]: value })).toThrow(ConfigError);
});

it('reads percent-encoded pairs; a value may hold "="', () => {
  expect(parsePairs('authorization=Basic%20YQ==, x-scope=a,odd=100%')).toEqual({
    authorization: 'Basic YQ==',
    'x-scope': 'a',
    odd: '100%',
  });
});
