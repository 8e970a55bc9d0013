import type { JobState } from '@lanekeeper/contracts';

/** How far a projection is, and which replica drives it. */
export type ProjectionTable = {
  name: string;
  /** Sequence in EVENTS up to which everything is in the tables. */
  applied_seq: number;
  /** When the stream was created, as the server tells it: another value means another stream under the same name. */
  stream_created: string | null;
  holder: string | null;
  lease_until: Date | null;
};

/** The current state of each job. `*_key` are digests, see {@link digestOf}. JSON is text: the same on MySQL and MariaDB. */
export type JobTable = {
  id: string;
  workload: string;
  lane: string;
  lane_key: string;
  tenant: string;
  tenant_key: string;
  state: JobState;
  progress: number;
  attempt: number;
  worker: string | null;
  priority: string | null;
  retry_of: string | null;
  submitted_at: Date;
  started_at: Date | null;
  ended_at: Date | null;
  due_at: Date | null;
  command_seq: number;
  last_seq: number;
  data: string;
  result: string | null;
  error: string | null;
  /** What `q` searches, in lower case: id, lane, ids in the data, error. */
  search: string;
};

/** The timeline: one row per event. `body` leaves out the job's header, which is in `jobs`. */
export type JobEventTable = { job_id: string; seq: number; type: string; at: Date; body: string };

/** Jobs per workload, tenant and state, kept up with each event so that counting costs nothing. */
export type JobCountTable = { workload: string; tenant_key: string; state: JobState; jobs: number };

/** Events that could not be read or stored, and why. */
export type BadEventTable = { seq: number; subject: string; reason: string; body: Uint8Array; recorded_at: Date };

/** The status service's tables. */
export type StatusSchema = {
  projections: ProjectionTable;
  jobs: JobTable;
  job_events: JobEventTable;
  job_counts: JobCountTable;
  bad_events: BadEventTable;
};
