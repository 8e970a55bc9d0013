import {
  commonVariables,
  databaseVariables,
  limitVariablesOf,
  loadConfig,
  natsVariables,
  secretsVariables,
} from '@lanekeeper/service-kit';
import { workerVariables } from '@lanekeeper/worker-kit';
import Type, { type Static } from 'typebox';

/** The fetch worker's variables: names, rules, defaults. */
export const FetchWorkerVariables = Type.Object({
  ...commonVariables,
  ...natsVariables,
  ...databaseVariables,
  ...limitVariablesOf('fetch'),
  ...workerVariables,
  ...secretsVariables,
  PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 3005, description: 'Port of the health routes, 0 = any' }),
  RAW_TTL: Type.Integer({
    minimum: 0,
    default: 604_800,
    description: 'How long answers are kept as they were received, compressed and encrypted, in seconds; 0: not at all',
  }),
  DGI_DEADLINE_MS: Type.Integer({
    minimum: 100,
    default: 120_000,
    description: "Longest request to a dealer's server, in milliseconds",
  }),
});
/** See {@link FetchWorkerVariables}. */
export type FetchWorkerConfig = Readonly<Static<typeof FetchWorkerVariables>>;

/** The fetch worker's configuration out of the environment. @throws ConfigError naming every wrong variable. */
export const loadFetchWorkerConfig = (env: NodeJS.ProcessEnv): FetchWorkerConfig =>
  loadConfig(FetchWorkerVariables, env);
