import { commonVariables, loadConfig, runService } from '@lanekeeper/service-kit';
import Type from 'typebox';
import { buildDealerApi } from './app.ts';

const Config = Type.Object({
  ...commonVariables,
  DEALER_API_SEED: Type.Integer({ default: 1, minimum: 0, description: 'The same seed and day give the same data' }),
  DEALER_API_BASE_DATE: Type.String({
    default: '',
    pattern: '^(\\d{4}-\\d\\d-\\d\\d)?$',
    description: 'The data ends at midnight before this day, YYYY-MM-DD; empty: today',
  }),
});

await runService({
  name: 'dealer-api',
  loadConfig: () => loadConfig(Config, process.env),
  async start(config, { log, releasers }) {
    const baseDate =
      config.DEALER_API_BASE_DATE === '' ? new Date() : new Date(`${config.DEALER_API_BASE_DATE}T05:00:00Z`);
    const app = buildDealerApi({ seed: config.DEALER_API_SEED, baseDate });
    releasers.add('http', () => app.close());
    const url = await app.listen({ host: config.HOST, port: config.PORT });
    log.info({ url }, 'listening');
  },
});
