import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Lanes } from './open-lanes.ts';
import { publishOne } from './publish.ts';
import { whileConnected } from './while-connected.ts';

/** A note that a running job is to be cancelled, for whoever takes it over should its worker die first. */
const ForcedCancel = Type.Object({ reason: Type.Optional(Type.String()) });
/** See above. */
export type ForcedCancel = Static<typeof ForcedCancel>;

const note = Compile(ForcedCancel);

type Links = Pick<Lanes, 'nc' | 'jsm' | 'names'>;
type JobKey = { workload: string; lane: string; jobId: string };

/** Notes, durably, that a job is to be cancelled. @throws LanesError UNAVAILABLE. */
export async function noteForcedCancel({ nc, names }: Links, job: JobKey, cancel: ForcedCancel): Promise<void> {
  const subject = names.forcedCancel(job.workload, job.lane, job.jobId);
  await publishOne(nc, { subject, data: JSON.stringify(cancel) });
}

/** The note about a job, if there is one. */
export async function readForcedCancel({ nc, jsm, names }: Links, job: JobKey): Promise<ForcedCancel | undefined> {
  const query = { last_by_subj: names.forcedCancel(job.workload, job.lane, job.jobId) };
  const stored = await whileConnected(nc, () => jsm.direct.getMessage(names.lanesBucketStream, query));
  const value = stored?.json<unknown>();
  return note.Check(value) ? value : undefined;
}

/** Removes the note about a job that is over. What stays, should that fail, is never looked at again. */
export async function clearForcedCancel({ nc, jsm, names }: Links, job: JobKey): Promise<void> {
  const filter = names.forcedCancel(job.workload, job.lane, job.jobId);
  await whileConnected(nc, () => jsm.streams.purge(names.lanesBucketStream, { filter }));
}
