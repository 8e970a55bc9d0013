import {
  isWorkload,
  LaneKey,
  Priority,
  Timestamp,
  type Workload,
  WorkloadName,
  workloads,
} from '@lanekeeper/contracts';
import { type FieldError, fieldErrors } from '@lanekeeper/service-kit';
import Type, { type Static, type TSchema } from 'typebox';
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
    runAt: Type.Optional({
      ...Timestamp,
      description: 'Not to be started before; what is behind it in a sequential lane waits too',
    }),
  },
  { additionalProperties: false },
);
/** See {@link JobRequest}. */
export type JobRequest = Static<typeof JobRequest>;

/** Compiled schemas of the data, and what the schemas cannot say; pointers are relative to the data. */
const schemas = Object.fromEntries(
  Object.entries(workloads).map(([name, { data }]) => [name, Compile(data as TSchema)]),
) as Readonly<Record<Workload, ReturnType<typeof Compile>>>;
const moreFaults: Readonly<Record<Workload, (data: Readonly<Record<string, unknown>>) => FieldError[]>> = {
  'remove-bg': ({ photoUrl }) => urlFaults(photoUrl),
};

function dataFaults(workload: Workload, data: unknown): FieldError[] {
  const schema = schemas[workload];
  const more = moreFaults[workload](typeof data === 'object' && data !== null ? { ...data } : {});
  if (schema.Check(data)) return more;
  const explained = new Set(more.map(({ pointer }) => pointer));
  return [...fieldErrors(schema.Errors(data)).filter(({ pointer }) => !explained.has(pointer)), ...more];
}

/** Every fault of a job, by pointers relative to the job. */
export function jobFaults(job: JobRequest): FieldError[] {
  if (!isWorkload(job.workload)) {
    const known = Object.keys(workloads).join(', ');
    return [{ pointer: '/workload', detail: `must be one of ${known}` }];
  }
  const found = dataFaults(job.workload, job.data).map(({ pointer, detail }) => ({
    pointer: `/data${pointer}`,
    detail,
  }));
  if (found.length > 0) return found;
  const lane = workloads[job.workload].laneOf(job.data as never);
  if (lane !== job.lane) return [{ pointer: '/lane', detail: `must be the lane of its data, "${lane}"` }];
  const detail = laneFault(lane);
  return detail === undefined ? [] : [{ pointer: '/lane', detail }];
}

function urlFaults(url: unknown): FieldError[] {
  const detail = typeof url === 'string' ? photoUrlFault(url) : undefined;
  return detail === undefined ? [] : [{ pointer: '/photoUrl', detail }];
}
