import { metrics } from '@opentelemetry/api';
import type { RembgPool } from './rembg-pool.ts';

/** Makes the state of the rembg servers a metric: how many are ready, and how many are not. */
export function observeRembg(pool: Pick<RembgPool, 'status'>): void {
  const servers = metrics.getMeter('lanekeeper.image-worker').createObservableGauge('lanekeeper.rembg.servers', {
    description: 'Rembg servers by whether they can be used now',
  });
  servers.addCallback((result) => {
    const { ready, total } = pool.status();
    result.observe(ready, { state: 'ready' });
    result.observe(total - ready, { state: 'away' });
  });
}
