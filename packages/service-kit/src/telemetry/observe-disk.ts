import { statfs } from 'node:fs/promises';
import { metrics } from '@opentelemetry/api';

/** Makes the free share of the disk under a directory a metric, from 0 to 1; `disk` names what is kept there. */
export function observeDisk(disk: string, directory: string): void {
  const free = metrics.getMeter('lanekeeper.disk').createObservableGauge('lanekeeper.disk.free.share', {
    description: 'Free share of a disk, 0 to 1',
  });
  free.addCallback(async (result) => {
    const { bavail, blocks } = await statfs(directory);
    if (blocks > 0) result.observe(bavail / blocks, { disk });
  });
}
