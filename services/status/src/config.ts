import { type Workload, workloads } from '@lanekeeper/contracts';
import { commonVariables, databaseVariables, limitVariablesOf, natsVariables } from '@lanekeeper/service-kit';
import Type, { type Static, type TSchema } from 'typebox';

/** Read through `limitsFrom`, hence without types of their own. */
const limitVariables: Record<never, TSchema> = Object.assign(
  {},
  ...(Object.keys(workloads) as Workload[]).map(limitVariablesOf),
);

/** The status service's configuration, by environment variable. */
export const StatusConfig = Type.Object({
  ...commonVariables,
  ...natsVariables,
  ...databaseVariables,
  ...limitVariables,
  PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 3001, description: 'Port to listen on, 0 = any free' }),
  PROJECTION_LEASE_MS: Type.Integer({
    minimum: 500,
    default: 5_000,
    description:
      'How long another replica waits for one that vanished before it projects in its place, in milliseconds',
  }),
  JOB_RETENTION_DAYS: Type.Integer({
    minimum: 0,
    maximum: 36_500,
    default: 90,
    description:
      'Days that jobs are kept after their end, with their events; never shorter than EVENTS has them (14 days). 0: for ever',
  }),
  SSE_HEARTBEAT_MS: Type.Integer({ minimum: 100, default: 15_000, description: 'Time between heartbeats of a stream' }),
  SSE_STALLED_MS: Type.Integer({
    minimum: 100,
    default: 30_000,
    description: 'How long a client of a stream may take nothing before it is closed, in milliseconds',
  }),
});
/** See {@link StatusConfig}. */
export type StatusConfig = Static<typeof StatusConfig>;
