import { type Command, isTerminal, type JobEvent, type JobState } from '@lanekeeper/contracts';
import { decodeEvent } from './codec.ts';
import { LanesError } from './errors.ts';
import type { LastEvent } from './event-log.ts';
import type { Lanes } from './open-lanes.ts';
import { readStream } from './read-stream.ts';
import { whileConnected } from './while-connected.ts';

/** A job, by its id alone or, which is found faster, with its workload and lane. */
export type JobRef = { jobId: string; workload?: string; lane?: string };

/** What introduced a job: its command, and where in COMMANDS that is (0: not known). */
export type JobHeader = { job: Command; commandSeq: number };

type Log = Pick<Lanes, 'nc' | 'jsm' | 'names'>;

/** The last event of a job. @throws LanesError UNKNOWN_JOB, UNAVAILABLE, INVALID_EVENT. */
export async function findLast(log: Log, ref: JobRef): Promise<LastEvent> {
  const stored = await read(log, { last_by_subj: subjectOf(log, ref) });
  if (!stored) throw unknown(ref);
  return { event: decodeEvent(stored.string()), seq: stored.seq, id: stored.header.get('ce-id') };
}

/** What a job is about, from its oldest event that tells. @throws LanesError NOT_REPEATABLE when none does; as above. */
export async function findHeader(log: Log, { workload, lane, jobId }: JobEvent): Promise<JobHeader> {
  const subject = log.names.event(workload, lane, jobId);
  for (let seq = 1; ; ) {
    const stored = await read(log, { next_by_subj: subject, seq });
    if (!stored) throw new LanesError('NOT_REPEATABLE', `what job ${jobId} was to do is not known any more`);
    const event = decodeEvent(stored.string());
    if ('job' in event) return { job: event.job, commandSeq: event.commandSeq };
    seq = stored.seq + 1;
  }
}

/** All events of a job, in order. @throws as {@link findLast}. */
export async function readHistory(log: Log, ref: JobRef): Promise<JobEvent[]> {
  const { event } = await findLast(log, ref);
  const events: JobEvent[] = [];
  const subject = log.names.event(event.workload, event.lane, event.jobId);
  for await (const message of readStream(log, log.names.eventsStream, subject)) {
    events.push(decodeEvent(message.text));
  }
  return events;
}

/** The state that a job's last event leaves it in. Pure. */
export function stateAfter(event: JobEvent): JobState {
  switch (event.type) {
    case 'started':
    case 'progressed':
    case 'effect-intended':
      return 'active';
    case 'resolved':
      return event.as === 'completed' ? 'completed' : 'failed';
    default:
      return event.type;
  }
}

/** @throws LanesError OVER when the job has ended. */
export function assertNotOver(event: JobEvent): void {
  if (isTerminal(event.type)) throw new LanesError('OVER', `the job is over: ${stateAfter(event)}`);
}

type Query = { last_by_subj: string } | { next_by_subj: string; seq: number };

async function read({ nc, jsm, names }: Log, query: Query) {
  try {
    return await whileConnected(nc, () => jsm.direct.getMessage(names.eventsStream, query));
  } catch (cause) {
    throw new LanesError('UNAVAILABLE', 'the event log could not be read', { cause });
  }
}

function subjectOf({ names }: Log, ref: JobRef): string {
  try {
    return names.eventsOf(ref);
  } catch {
    throw unknown(ref); // no job can have such an id
  }
}

function unknown({ jobId }: JobRef): LanesError {
  return new LanesError('UNKNOWN_JOB', `there is no job ${JSON.stringify(jobId)}`);
}
