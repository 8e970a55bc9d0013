import { commonVariables, loadConfig, runService } from '@lanekeeper/service-kit';
import Type from 'typebox';
import { buildMarketplace } from './app.ts';

const Config = Type.Object({
  ...commonVariables,
  MARKETPLACE_FILE: Type.String({ default: '.data/marketplace.sqlite', description: 'The database of the site' }),
  MARKETPLACE_DELAY_MS: Type.Integer({
    minimum: 0,
    maximum: 10_000,
    default: 150,
    description: 'How long popups, uploads and steps take in its pages, in milliseconds',
  }),
  MARKETPLACE_RENEW_AFTER_HOURS: Type.Number({
    minimum: 0,
    default: 168,
    description: 'Age from which a listing can be renewed, in hours',
  }),
});

await runService({
  name: 'marketplace',
  loadConfig: () => loadConfig(Config, process.env),
  async start(config, { log, releasers }) {
    const app = await buildMarketplace({
      file: config.MARKETPLACE_FILE,
      delayMs: config.MARKETPLACE_DELAY_MS,
      renewAfterMs: config.MARKETPLACE_RENEW_AFTER_HOURS * 3_600_000,
    });
    releasers.add('http', () => app.close());
    const url = await app.listen({ host: config.HOST, port: config.PORT });
    log.info({ url }, 'listening');
  },
});
