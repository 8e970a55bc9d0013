import { mkdir } from 'node:fs/promises';
import { observeDisk, observeReadiness, runService } from '@lanekeeper/service-kit';
import { createApp } from './app.ts';
import { loadGatewayConfig } from './config.ts';
import { openDeps } from './open-deps.ts';

await runService({
  name: 'gateway',
  loadConfig: () => loadGatewayConfig(process.env),
  async start(config, context) {
    await mkdir(config.MEDIA_DIR, { recursive: true });
    const deps = openDeps(config, context);
    observeReadiness(deps.checks);
    observeDisk('media', config.MEDIA_DIR);
    const app = await createApp(deps, context.log);
    context.releasers.add('http', () => app.close());
    await app.listen({ host: config.HOST, port: config.PORT });
  },
});
