import path from 'node:path';
import { commonVariables, loadConfig, runService } from '@lanekeeper/service-kit';
import Type from 'typebox';
import { buildPhotoHost } from './app.ts';

const Config = Type.Object({
  ...commonVariables,
  PHOTOS_DIR: Type.String({
    default: path.join(import.meta.dirname, '../photos'),
    description: 'Folder of the photos that are served',
  }),
});

await runService({
  name: 'photo-host',
  loadConfig: () => loadConfig(Config, process.env),
  async start(config, { log, releasers }) {
    const app = await buildPhotoHost(path.resolve(config.PHOTOS_DIR));
    releasers.add('http', () => app.close());
    const url = await app.listen({ host: config.HOST, port: config.PORT });
    log.info({ url }, 'listening');
  },
});
