import { mkdir } from 'node:fs/promises';
import { runService } from '@lanekeeper/service-kit';
import { createApp } from './app.ts';
import { loadGatewayConfig } from './config.ts';
import { openDeps } from './open-deps.ts';

await runService({
  name: 'gateway',
  loadConfig: () => loadGatewayConfig(process.env),
  async start(config, context) {
    await mkdir(config.MEDIA_DIR, { recursive: true });
    const app = await createApp(openDeps(config, context), context.log);
    context.releasers.add('http', () => app.close());
    await app.listen({ host: config.HOST, port: config.PORT });
  },
});
