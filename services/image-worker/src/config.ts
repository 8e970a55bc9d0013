import { RemoveBgOptions } from '@lanekeeper/contracts';
import {
  commonVariables,
  databaseVariables,
  limitVariablesOf,
  loadConfig,
  natsVariables,
} from '@lanekeeper/service-kit';
import { workerVariables } from '@lanekeeper/worker-kit';
import Type, { type Static } from 'typebox';

const HTTP_URL = 'https?://[^\\s,]+';

/** The image worker's variables: names, rules, defaults. */
export const ImageWorkerVariables = Type.Object({
  ...commonVariables,
  ...natsVariables,
  ...databaseVariables,
  ...limitVariablesOf('remove-bg'),
  ...workerVariables,
  PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 3002, description: 'Port of the health routes, 0 = any' }),
  REMBG_URLS: Type.String({
    default: 'http://127.0.0.1:5000,http://127.0.0.1:5001,http://127.0.0.1:5002',
    pattern: `^\\s*${HTTP_URL}(\\s*,\\s*${HTTP_URL})*\\s*$`,
    description: 'Base URLs of the rembg servers, comma-separated',
  }),
  REMBG_MODEL: Type.Union(RemoveBgOptions.properties.model.anyOf, {
    default: 'isnet-general-use',
    description: 'Model for jobs that name none, out of the allow-list',
  }),
  REMBG_TIMEOUT_MS: Type.Integer({ minimum: 100, default: 25_000, description: 'Longest removal, in milliseconds' }),
  STORE: Type.Union([Type.Literal('local'), Type.Literal('cloudinary')], {
    default: 'local',
    description: 'Where finished images go: local (MEDIA_DIR) or cloudinary (CLOUDINARY_URL)',
  }),
  MEDIA_DIR: Type.String({ default: '.data/media', description: 'Directory of STORE=local' }),
  PUBLIC_URL: Type.String({
    default: 'http://127.0.0.1:3000',
    pattern: '^https?://[^\\s]*[^\\s/]$',
    description: 'Base URL under which the gateway serves MEDIA_DIR as /media/',
  }),
  CLOUDINARY_URL: Type.String({
    default: '',
    pattern: '^$|^cloudinary://[^:@\\s]+:[^:@\\s]+@[^\\s]+$',
    description: 'cloudinary://key:secret@cloud, for STORE=cloudinary',
  }),
  PHOTO_ALLOWED_HOSTS: Type.String({
    default: '',
    description: 'Hosts (host or host:port, comma-separated) exempt from the guard against private addresses',
  }),
});
/** See {@link ImageWorkerVariables}. */
export type ImageWorkerConfig = Readonly<Static<typeof ImageWorkerVariables>>;

/** The image worker's configuration out of the environment. @throws ConfigError naming every wrong variable. */
export function loadImageWorkerConfig(env: NodeJS.ProcessEnv): ImageWorkerConfig {
  return loadConfig(ImageWorkerVariables, env, ({ STORE, CLOUDINARY_URL }) =>
    STORE === 'cloudinary' && CLOUDINARY_URL === '' ? ['CLOUDINARY_URL is required for STORE=cloudinary'] : [],
  );
}

/** The URLs of `REMBG_URLS`. */
export function rembgUrls(list: string): string[] {
  return list.split(',').map((url) => url.trim());
}
