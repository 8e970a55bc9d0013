import { RemoveBgData, type WorkloadLimits } from '@lanekeeper/contracts';
import type { WorkloadDefinition } from '@lanekeeper/lanes';
import { Compile } from 'typebox/compile';

const validator = Compile(RemoveBgData);

/** `remove-bg` as the engine sees it. */
export function removeBgWorkload(limits: WorkloadLimits): WorkloadDefinition<RemoveBgData> {
  return { name: 'remove-bg', limits, check: findFaults };
}

/** What is wrong with a command's data: where, and which rule it breaks; never the value. */
function findFaults(data: unknown): string[] {
  if (validator.Check(data)) return [];
  return validator.Errors(data).map(({ instancePath, message }) => `${instancePath || '/'} ${message}`);
}
