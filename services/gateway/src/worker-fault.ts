import type { WorkerReport } from '@lanekeeper/lanes';
import Type from 'typebox';
import { Compile } from 'typebox/compile';

const Info = Compile(Type.Object({ rembgHealthy: Type.Integer() }));

/** Why background removal does not work, from what its workers answered; undefined when it does. */
export function workerFault(workers: readonly WorkerReport[]): string | undefined {
  if (workers.length === 0) return 'No worker is running.';
  const healthy = workers.some(({ info }) => Info.Check(info) && info.rembgHealthy > 0);
  return healthy ? undefined : 'No rembg server is healthy.';
}
