import { isWorkload, LaneKey, Priority, type Workload, WorkloadName, workloads } from '@lanekeeper/contracts';
import { type FieldError, fieldErrors } from '@lanekeeper/service-kit';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { photoUrlFault } from '../photo-url.ts';
import { laneFault } from '../text-faults.ts';

/** A job in the body of `POST /v1/jobs`. `data` is checked by the workload's own schema. */
export const JobRequest = Type.Object(
  {
    workload: WorkloadName,
    lane: LaneKey,
    data: Type.Unknown({ description: "The workload's input" }),
    priority: Type.Optional(Priority),
  },
  { additionalProperties: false },
);
/** See {@link JobRequest}. */
export type JobRequest = Static<typeof JobRequest>;

type Rules = {
  faults: (data: unknown) => FieldError[];
  /** The lane of data without faults. */
  laneOf: (data: never) => string;
};

const removeBg = Compile(workloads['remove-bg'].data);

/** What the data of each workload must fulfil; pointers are relative to the data. */
const rules: Readonly<Record<Workload, Rules>> = {
  'remove-bg': {
    faults(data) {
      if (!removeBg.Check(data)) {
        const url = urlFaults((data as { photoUrl?: unknown } | null)?.photoUrl);
        const others = fieldErrors(removeBg.Errors(data)).filter(
          ({ pointer }) => url.length === 0 || pointer !== '/photoUrl',
        );
        return [...others, ...url];
      }
      return urlFaults(data.photoUrl);
    },
    laneOf: workloads['remove-bg'].laneOf,
  },
};

/** Every fault of a job, by pointers relative to the job. */
export function jobFaults(job: JobRequest): FieldError[] {
  if (!isWorkload(job.workload)) {
    const known = Object.keys(workloads).join(', ');
    return [{ pointer: '/workload', detail: `must be one of ${known}` }];
  }
  const { faults, laneOf } = rules[job.workload];
  const found = faults(job.data).map(({ pointer, detail }) => ({ pointer: `/data${pointer}`, detail }));
  if (found.length > 0) return found;
  const lane = laneOf(job.data as never);
  if (lane !== job.lane) return [{ pointer: '/lane', detail: `must be the lane of its data, "${lane}"` }];
  const detail = laneFault(lane);
  return detail === undefined ? [] : [{ pointer: '/lane', detail }];
}

function urlFaults(url: unknown): FieldError[] {
  const detail = typeof url === 'string' ? photoUrlFault(url) : undefined;
  return detail === undefined ? [] : [{ pointer: '/photoUrl', detail }];
}
