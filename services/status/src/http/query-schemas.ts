import { Job, JobId, JobState, LaneKey, WorkloadName } from '@lanekeeper/contracts';
import Type from 'typebox';

const Tenant = Type.String({ minLength: 1, maxLength: 255 });
const Sequence = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const closed = { additionalProperties: false };

/** Query of GET /v1/jobs. */
export const ListQuery = Type.Object(
  {
    workload: Type.Optional(WorkloadName),
    lane: Type.Optional(LaneKey),
    state: Type.Optional(JobState),
    q: Type.Optional(
      Type.String({ minLength: 1, maxLength: 200, description: 'Part of an id, lane, record or error' }),
    ),
    tenant: Type.Optional(Tenant),
    after: Type.Optional(Type.String({ maxLength: 200, description: 'The `next` of the page before' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, description: 'Jobs per page, 50 if left out' })),
    minSeq: Type.Optional(Sequence),
    now: Type.Optional(Type.Literal(true, { description: 'Wait until all that has happened so far is visible' })),
  },
  closed,
);
/** Answer of GET /v1/jobs. */
export const ListAnswer = Type.Object({ jobs: Type.Array(Job), next: Type.Optional(Type.String()) });

/** Path of GET /v1/jobs/:id. An id that can be none is that of no job. */
export const JobPath = Type.Object({ id: Type.String() });
/** Query of GET /v1/jobs/:id. `minSeq`: wait until the event with this sequence is visible. */
export const JobQuery = Type.Object({ minSeq: Type.Optional(Sequence) }, closed);

/** Query of GET /v1/stats. */
export const StatsQuery = Type.Object({ tenant: Type.Optional(Tenant) }, closed);

/** Query of GET /v1/events. `after`: the sequence to resume after; `Last-Event-ID` goes first. */
export const EventsQuery = Type.Object(
  {
    job: Type.Optional(JobId),
    lane: Type.Optional(LaneKey),
    workload: Type.Optional(WorkloadName),
    tenant: Type.Optional(Tenant),
    after: Type.Optional(Sequence),
  },
  closed,
);
