import { type Workload, type WorkloadLimits, workloads } from '@lanekeeper/contracts';
import type { WorkloadDefinition } from '@lanekeeper/lanes';
import type { Static } from 'typebox';
import { Compile } from 'typebox/compile';

/** The input of a workload's jobs. */
export type DataOf<Name extends Workload> = Static<(typeof workloads)[Name]['data']>;
/** The result of a workload's jobs. */
export type ResultOf<Name extends Workload> = Static<(typeof workloads)[Name]['result']>;

/** A workload of the catalogue as the engine sees it: a command whose data breaks the schema fails at once. */
export function catalogueWorkload<Name extends Workload>(
  name: Name,
  limits: WorkloadLimits,
): WorkloadDefinition<DataOf<Name>> {
  const validator = Compile(workloads[name].data);
  return {
    name,
    limits,
    /** What is wrong with a command's data: where, and which rule it breaks; never the value. */
    check: (data) =>
      validator.Check(data)
        ? []
        : validator.Errors(data).map(({ instancePath, message }) => `${instancePath || '/'} ${message}`),
  };
}
