import {
  isWorkload,
  LaneKey,
  PostData,
  Priority,
  RenewData,
  Timestamp,
  type Workload,
  WorkloadName,
  workloads,
} from '@lanekeeper/contracts';
import { type FieldError, fieldErrors } from '@lanekeeper/service-kit';
import Type, { type Static, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { fetchFaults } from '../dealers/fetch-faults.ts';
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
type Schema = ReturnType<typeof Compile>;
const schemas = Object.fromEntries(
  Object.entries(workloads).map(([name, { data }]) => [name, Compile(data as TSchema)]),
) as Readonly<Record<Workload, Schema>>;
/** Data that comes in kinds is judged as the kind that it says it is: faults then name that kind's fields only. */
const kinds: Readonly<Partial<Record<Workload, (data: { operation?: unknown }) => Schema | undefined>>> = {
  browser: ({ operation }) => (operation === 'post' || operation === 'renew' ? browserKinds[operation] : undefined),
};
const browserKinds = { post: Compile(PostData), renew: Compile(RenewData) };

const moreFaults: Readonly<Record<Workload, (data: Readonly<Record<string, unknown>>) => FieldError[]>> = {
  'remove-bg': ({ photoUrl }) => urlFaults(photoUrl),
  browser: ({ listing }) => imageFaults((listing as { images?: unknown } | undefined)?.images),
  fetch: fetchFaults,
};

function dataFaults(workload: Workload, data: unknown): FieldError[] {
  const fields = typeof data === 'object' && data !== null ? { ...data } : {};
  if (workload === 'browser' && !kinds.browser?.(fields)) {
    return [{ pointer: '/operation', detail: 'must be one of post, renew' }];
  }
  const schema = kinds[workload]?.(fields) ?? schemas[workload];
  const more = moreFaults[workload](fields);
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

/** What is wrong with the photo URLs of a listing, by their index. */
function imageFaults(images: unknown): FieldError[] {
  if (!Array.isArray(images)) return [];
  return images.flatMap((url, at) =>
    urlFaults(url).map(({ detail }) => ({ pointer: `/listing/images/${at}`, detail })),
  );
}

function urlFaults(url: unknown): FieldError[] {
  const detail = typeof url === 'string' ? photoUrlFault(url) : undefined;
  return detail === undefined ? [] : [{ pointer: '/photoUrl', detail }];
}
