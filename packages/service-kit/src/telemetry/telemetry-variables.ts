import Type, { type Static } from 'typebox';

const PAIRS = '[^=,\\s]+=[^,]*';
const PAIR_LIST = `^$|^${PAIRS}(,\\s*${PAIRS})*$`;
const samplers = [
  Type.Literal('always_on'),
  Type.Literal('always_off'),
  Type.Literal('traceidratio'),
  Type.Literal('parentbased_always_on'),
  Type.Literal('parentbased_always_off'),
  Type.Literal('parentbased_traceidratio'),
] as const;

const delay = (standard: number, what: string) =>
  Type.Integer({
    minimum: 0,
    default: standard,
    description: `Time between two sendings of ${what} (full batches go at once), in milliseconds`,
  });

/**
 * The standard variables of OpenTelemetry that services honour (opentelemetry.io/docs/specs/otel/configuration). Traces,
 * metrics and logs are sent when there is an endpoint; `/metrics` is always there.
 */
export const telemetryVariables = {
  OTEL_BLRP_SCHEDULE_DELAY: delay(1_000, 'log records'),
  OTEL_BSP_SCHEDULE_DELAY: delay(5_000, 'spans'),
  OTEL_EXPORTER_OTLP_ENDPOINT: Type.String({
    default: '',
    pattern: '^$|^https?://[^\\s/?#@]+(/[^\\s?#]*)?$',
    description: 'Base URL of an OTLP/HTTP receiver, e.g. http://localhost:4318; empty: nothing is sent',
  }),
  OTEL_EXPORTER_OTLP_HEADERS: Type.String({
    default: '',
    pattern: PAIR_LIST,
    description: 'Headers for the receiver, name=value,..., percent-encoded; may hold a secret',
  }),
  OTEL_EXPORTER_OTLP_PROTOCOL: Type.Literal('http/json', {
    default: 'http/json',
    description: 'http/json, which every OTLP/HTTP receiver takes; no other',
  }),
  OTEL_METRIC_EXPORT_INTERVAL: Type.Integer({
    minimum: 100,
    default: 60_000,
    description: 'Time between two sendings of metrics, in milliseconds',
  }),
  OTEL_RESOURCE_ATTRIBUTES: Type.String({
    default: '',
    pattern: PAIR_LIST,
    description: 'Attributes of all that is sent, name=value,..., percent-encoded',
  }),
  OTEL_SDK_DISABLED: Type.Boolean({ default: false, description: 'true: nothing is sent, whatever the endpoint' }),
  OTEL_SERVICE_NAME: Type.String({ default: '', description: "Name to send under; empty: the service's own" }),
  OTEL_TRACES_SAMPLER: Type.Union([...samplers], {
    default: 'parentbased_always_on',
    description: 'Which traces are recorded',
  }),
  OTEL_TRACES_SAMPLER_ARG: Type.Number({
    minimum: 0,
    maximum: 1,
    default: 1,
    description: 'Share of traces that the samplers named ...traceidratio record',
  }),
};

const TelemetryVariables = Type.Object(telemetryVariables);
/** See {@link telemetryVariables}. */
export type TelemetryConfig = Readonly<Static<typeof TelemetryVariables>>;

/** `name=value,...` with percent-encoded values, as OTEL_EXPORTER_OTLP_HEADERS and OTEL_RESOURCE_ATTRIBUTES have it. */
export function parsePairs(list: string): Record<string, string> {
  const pairs = list.split(',').filter((pair) => pair.includes('='));
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at).trim(), decode(pair.slice(at + 1).trim())];
    }),
  );
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value; // a lone % is meant as it stands
  }
}
