import { type Workload, type WorkloadLimits, workloads } from '@lanekeeper/contracts';
import Type, { type TInteger } from 'typebox';
import { telemetryVariables } from './telemetry/telemetry-variables.ts';

/** Variables that every service reads. Spread into a service's own schema. */
export const commonVariables = {
  HOST: Type.String({ default: '127.0.0.1', description: 'Address to listen on' }),
  PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 0, description: 'Port to listen on, 0 = any free' }),
  LOG_LEVEL: Type.Union(
    (['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const).map((level) => Type.Literal(level)),
    { default: 'info', description: 'trace, debug, info, warn, error, fatal or silent' },
  ),
  DRAIN_TIMEOUT_MS: Type.Integer({
    minimum: 0,
    default: 30_000,
    description: 'How long a stop waits for running work, in milliseconds',
  }),
  ...telemetryVariables,
};

/** Variables of services that talk to NATS. */
export const natsVariables = {
  NATS_URL: Type.String({ default: 'nats://127.0.0.1:4222', description: 'NATS server URLs, comma-separated' }),
  STREAM_PREFIX: Type.String({
    default: '',
    pattern: '^[A-Za-z0-9_-]*$',
    description: 'Prefix of all stream, subject and bucket names: letters, digits, "_" and "-"',
  }),
  STREAM_REPLICAS: Type.Integer({ minimum: 1, maximum: 5, default: 1, description: 'Replicas of streams: 1, 3 or 5' }),
};

/** Variables of services that talk to MySQL. */
export const databaseVariables = {
  DATABASE_URL: Type.String({ pattern: '^mysql://', description: 'mysql://user:password@host:port/database' }),
  DATABASE_POOL: Type.Integer({ minimum: 1, maximum: 200, default: 10, description: 'Connections in the pool' }),
};

const limitVariables = {
  width: ['WIDTH', 1, 'commands of one lane in flight'],
  fleetLimit: ['FLEET_LIMIT', 1, 'commands in flight over all workers and lanes'],
  timeoutMs: ['TIMEOUT_MS', 1, 'longest run of one attempt, in milliseconds'],
  attempts: ['ATTEMPTS', 1, 'attempts before the job fails'],
  backoffMs: ['BACKOFF_MS', 0, 'delay before the second attempt, in milliseconds; doubles each time'],
  minGapMs: ['MIN_GAP_MS', 0, 'least time between two commands of one lane, in milliseconds; 0: none'],
} as const satisfies Record<keyof WorkloadLimits, readonly [string, number, string]>;

/** The variables that override a workload's limits: `REMOVE_BG_FLEET_LIMIT`, ... */
export function limitVariablesOf(workload: Workload): Record<string, TInteger> {
  const defaults: WorkloadLimits = workloads[workload].limits;
  return Object.fromEntries(
    Object.entries(limitVariables).map(([key, [suffix, minimum, what]]) => [
      variableName(workload, suffix),
      Type.Integer({
        minimum,
        default: defaults[key as keyof WorkloadLimits] ?? 0,
        description: `${workload}: ${what}`,
      }),
    ]),
  );
}

/** A workload's limits out of a configuration loaded with {@link limitVariablesOf}. */
export function limitsFrom(workload: Workload, config: Readonly<Record<string, unknown>>): WorkloadLimits {
  const entries = Object.entries(limitVariables).map(([key, [suffix]]) => [
    key,
    config[variableName(workload, suffix)],
  ]);
  return Object.fromEntries(entries) as WorkloadLimits;
}

/** {@link limitVariablesOf} of all workloads, for services that know them all. */
export function allLimitVariables(): Record<string, TInteger> {
  return Object.assign({}, ...workloadNames().map(limitVariablesOf)) as Record<string, TInteger>;
}

/** The limits of every workload out of a configuration loaded with {@link allLimitVariables}. */
export function allLimitsFrom(config: Readonly<Record<string, unknown>>): Readonly<Record<Workload, WorkloadLimits>> {
  const entries = workloadNames().map((name) => [name, limitsFrom(name, config)]);
  return Object.fromEntries(entries) as Record<Workload, WorkloadLimits>;
}

const workloadNames = () => Object.keys(workloads) as Workload[];

function variableName(workload: Workload, suffix: string): string {
  return `${workload.toUpperCase().replaceAll('-', '_')}_${suffix}`;
}
