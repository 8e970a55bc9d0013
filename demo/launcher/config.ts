import { loadConfig } from '@lanekeeper/service-kit';
import Type, { type Static } from 'typebox';

const port = (preferred: number, what: string) =>
  Type.Integer({
    minimum: 0,
    maximum: 65_535,
    default: preferred,
    description: `Preferred port of ${what}; a taken one gives way`,
  });

const LauncherConfig = Type.Object({
  DATA_DIR: Type.Optional(Type.String({ description: 'Folder of all data and logs; default .data' })),
  LOG_LEVEL: Type.Optional(
    Type.Union(
      [Type.Literal('trace'), Type.Literal('debug'), Type.Literal('info'), Type.Literal('warn'), Type.Literal('error')],
      { description: 'What the terminal shows: trace, debug, info, warn or error; the log files get info or more' },
    ),
  ),
  GATEWAY_PORT: port(3000, 'the gateway'),
  STATUS_PORT: port(3001, 'status'),
  IMAGE_WORKER_PORT: port(3002, "the image worker's health"),
  NATS_PORT: port(4222, 'NATS'),
  NATS_MONITOR_PORT: port(8222, "NATS's monitoring"),
  MYSQL_PORT: port(3307, 'the database'),
  REMBG_PORT: port(5000, 'the first rembg server; the others follow'),
  PHOTOS_PORT: port(5080, 'the photo host'),
  MARKETPLACE_PORT: port(5090, 'the marketplace'),
  BROWSER_WORKER_PORT: port(3004, "the browser worker's health"),
  DEALER_API_PORT: port(5070, 'the dealer API'),
  FETCH_WORKER_PORT: port(3005, "the fetch worker's health"),
  REMBG_COUNT: Type.Integer({ minimum: 1, maximum: 16, default: 3, description: 'How many rembg servers' }),
  REMBG_THREADS: Type.Optional(
    Type.Integer({ minimum: 1, description: 'Threads of each rembg server; default: its share of the cores' }),
  ),
  RATE_LIMIT_REMOVAL: Type.String({ default: '3000/3600', description: 'Passed on to the gateway' }),
  RATE_LIMIT_IMAGE: Type.String({ default: '5000/900', description: 'Passed on to the gateway' }),
  RATE_LIMIT_BULK: Type.String({ default: '1000/3600', description: 'Passed on to the gateway' }),
  RATE_LIMIT_CLIENT: Type.String({ default: '10000/900', description: 'Passed on to the gateway' }),
});
/** What the launcher reads from the environment. Every other variable goes to the services as it is. */
export type LauncherConfig = Readonly<Static<typeof LauncherConfig>>;

/** Reads the launcher's configuration. Throws a `ConfigError` that names every wrong variable. */
export const readConfig = (env: NodeJS.ProcessEnv): LauncherConfig => loadConfig(LauncherConfig, env);
