import { availableParallelism } from 'node:os';
import { commonVariables, loadConfig, runService } from '@lanekeeper/service-kit';
import Type from 'typebox';
import { buildRembg } from './app.ts';
import { lazyMaskModel } from './mask-model.ts';

const Config = Type.Object({
  ...commonVariables,
  REMBG_THREADS: Type.Integer({
    minimum: 1,
    default: availableParallelism(),
    description: 'Threads of the model; several instances on one machine share its cores',
  }),
});

await runService({
  name: 'rembg',
  loadConfig: () => loadConfig(Config, process.env),
  async start(config, { log, releasers }) {
    const app = await buildRembg(lazyMaskModel(config.REMBG_THREADS), log);
    releasers.add('http', () => app.close());
    const url = await app.listen({ host: config.HOST, port: config.PORT });
    log.info({ url }, 'listening');
  },
});
