import { JobEvent, parseSubject } from '@lanekeeper/contracts';
import { Compile } from 'typebox/compile';

/** An event as it came from the stream. */
export type RawEvent = { seq: number; subject: string; data: Uint8Array; traceparent?: string };

/** What a stored message turned out to be. */
export type DecodedEvent = RawEvent & ({ event: JobEvent } | { event?: undefined; reason: string });

const validator = Compile(JobEvent);
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads a message of EVENTS. Never throws: what is no event of the subject it stands under gets a reason instead. */
export function decodeEvent(raw: RawEvent): DecodedEvent {
  const { seq, subject, data } = raw;
  let body: unknown;
  try {
    body = JSON.parse(utf8.decode(data));
  } catch (error) {
    return { seq, subject, data, reason: `not JSON: ${(error as Error).message}` };
  }
  const reason = faultOf(body, subject);
  return reason === undefined ? { seq, subject, data, event: body as JobEvent } : { seq, subject, data, reason };
}

function faultOf(body: unknown, subject: string): string | undefined {
  if (!validator.Check(body)) return `not a known event: ${firstFault(body)}`;
  const parts = parseSubject(subject);
  const { jobId, workload, lane } = body;
  if (parts?.workload !== workload || parts.lane !== lane || parts.tail !== jobId) {
    return 'the body is about another job than the subject';
  }
  if ('job' in body && (body.job.jobId !== jobId || body.job.workload !== workload || body.job.lane !== lane)) {
    return 'the header is of another job than the event';
  }
  return timesOf(body).every(isStorable) ? undefined : 'a time is out of range';
}

function firstFault(body: unknown): string {
  const type = (body as { type?: unknown } | null)?.type;
  const variant = JobEvent.anyOf.find((schema) => schema.properties.type.const === type);
  if (variant === undefined) return `type ${JSON.stringify(type) ?? 'missing'}`;
  const fault = Compile(variant).Errors(body)[0];
  return `${type}: ${fault?.instancePath ?? ''} ${fault?.message ?? 'does not match'}`;
}

function timesOf(event: JobEvent): string[] {
  return [event.at, ...('job' in event ? [event.job.submittedAt] : []), ...('dueAt' in event ? [event.dueAt] : [])];
}

/** The range of DATETIME. A leap second passes the schema and is no point in time to JavaScript. */
function isStorable(time: string): boolean {
  const ms = Date.parse(time);
  return ms >= Date.UTC(1970, 0, 1) && ms < Date.UTC(9999, 0, 1);
}
