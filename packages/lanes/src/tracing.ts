import type { Command, JobEvent } from '@lanekeeper/contracts';
import type { MsgHdrs } from '@nats-io/nats-core';
import {
  type Attributes,
  type Context,
  context,
  createContextKey,
  type Link,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { LanesError } from './errors.ts';

const tracer = trace.getTracer('lanekeeper.lanes');
/** The job whose spans are active. */
const JOB = createContextKey('lanekeeper.job');
/** Where commands that came from the stream were sent from. */
const origins = new WeakMap<Command, Context>();

/**
 * A job that has waited longer than this, in milliseconds, begins a trace of its own that links to the request it came
 * from; else that request's trace goes on. A trace stays short enough to be read and kept whole (docs/adr/0014-observability.md).
 */
export const LINK_AFTER_MS = 60_000;

/** Headers that tell where a message was sent from; none when nothing is traced. */
export function traceHeaders(of: Context = context.active()): Record<string, string> {
  const headers: Record<string, string> = {};
  propagation.inject(of, headers);
  return headers;
}

/** {@link traceHeaders} of an event: those of the job that it is about, whichever job's span is active. */
export function eventHeaders(event: JobEvent): Record<string, string> {
  return traceHeaders(contextOf(event));
}

/** Remembers where a command was sent from, by the headers that it was stored with. */
export function rememberOrigin(command: Command, headers: MsgHdrs | undefined): void {
  const origin = propagation.extract(ROOT_CONTEXT, headers, {
    get: (carrier, name) => carrier?.get(name) || undefined,
    keys: (carrier) => carrier?.keys() ?? [],
  });
  if (origin !== ROOT_CONTEXT) origins.set(command, origin);
}

/** Stores commands under a span, `send cmd.<workload>.*`; their headers are to be {@link traceHeaders}. */
export async function traceSend<T>(commands: readonly Command[], store: () => Promise<T>): Promise<T> {
  const workloads = new Set(commands.map(({ workload }) => workload));
  const [only] = commands;
  const pattern = workloads.size === 1 ? `cmd.${only?.workload}.*` : 'cmd.*';
  return inSpan(`send ${pattern}`, context.active(), SpanKind.PRODUCER, async (span) => {
    span.setAttributes({
      ...messaging('send', pattern),
      'messaging.batch.message_count': commands.length,
      ...(commands.length === 1 && only ? { 'lanekeeper.job.id': only.jobId } : {}),
    });
    return store();
  });
}

/**
 * Works on a claimed command under a span, `process cmd.<workload>.*`: part of the trace of the request that the command
 * came from, after a span for its wait, or linked to it when it has waited long.
 */
export function traceWork<T>(command: Command, attempt: number, work: () => Promise<T>): Promise<T> {
  const origin = origins.get(command) ?? ROOT_CONTEXT;
  const { workload, jobId } = command;
  const since = dueSince(command);
  const { parent, links } = relationTo(origin, Date.now() - since);
  if (attempt === 1 && parent !== ROOT_CONTEXT) recordWait(command, parent, since);
  return inSpan(
    `process cmd.${workload}.*`,
    parent.setValue(JOB, jobId),
    SpanKind.CONSUMER,
    (span) => {
      span.setAttributes({
        ...messaging('process', `cmd.${workload}.*`),
        'lanekeeper.job.id': jobId,
        'lanekeeper.attempt': attempt,
      });
      return work();
    },
    links,
  );
}

/** Runs a handler under a span, `handle <workload>`; `failed` reads an error code off its outcome. */
export function traceHandler<T>(command: Command, run: () => Promise<T>, failed: (outcome: T) => string | undefined) {
  return inSpan(`handle ${command.workload}`, context.active(), SpanKind.INTERNAL, async (span) => {
    const outcome = await run();
    const code = failed(outcome);
    if (code !== undefined) span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', code);
    return outcome;
  });
}

/** Appends an event under a span, `send evt.<workload>.*`. The first of a job is part of the span of its submit. */
export function traceAppend<T>(event: JobEvent, append: () => Promise<T>): Promise<T> {
  if (event.type === 'queued') return append();
  const pattern = `evt.${event.workload}.*`;
  const parent = contextOf(event).setValue(JOB, event.jobId);
  return inSpan(`send ${pattern}`, parent, SpanKind.PRODUCER, (span) => {
    span.setAttributes({ ...messaging('send', pattern), 'lanekeeper.event.type': event.type });
    return append();
  });
}

/** When a command could have started first, milliseconds since the epoch. */
export function dueSince({ submittedAt, runAt }: Command): number {
  return Math.max(Date.parse(submittedAt), runAt === undefined ? 0 : Date.parse(runAt));
}

/** How the work on a command stands to where the command came from: a part of it, or after a long wait linked to it. */
export function relationTo(origin: Context, waitedMs: number): { parent: Context; links: Link[] } {
  const from = trace.getSpanContext(origin);
  if (from === undefined || waitedMs <= LINK_AFTER_MS) return { parent: origin, links: [] };
  return { parent: ROOT_CONTEXT, links: [{ context: from, attributes: { 'lanekeeper.link': 'submit' } }] };
}

/** An event that introduces a job may be written while another job's span is active. */
function contextOf(event: JobEvent): Context {
  const active = context.active();
  if (!('job' in event) || active.getValue(JOB) === event.jobId) return active;
  return origins.get(event.job) ?? active;
}

function recordWait({ workload, jobId }: Command, parent: Context, since: number): void {
  const attributes = { ...messaging('receive', `turn.${workload}.*`), 'lanekeeper.job.id': jobId };
  tracer.startSpan(`await turn.${workload}.*`, { startTime: since, kind: SpanKind.INTERNAL, attributes }, parent).end();
}

function messaging(operation: 'send' | 'receive' | 'process', pattern: string): Attributes {
  return {
    'messaging.system': 'nats',
    'messaging.operation.type': operation,
    'messaging.operation.name': operation,
    'messaging.destination.template': pattern,
  };
}

async function inSpan<T>(
  name: string,
  parent: Context,
  kind: SpanKind,
  act: (span: Span) => Promise<T>,
  links: Link[] = [],
): Promise<T> {
  const span = tracer.startSpan(name, { kind, links }, parent);
  try {
    return await context.with(trace.setSpan(parent, span), act, undefined, span);
  } catch (error) {
    markFault(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** By its kind only: the message of an error may hold anything. That another writer was first is no fault. */
function markFault(span: Span, error: unknown): void {
  const type = error instanceof LanesError ? error.code : error instanceof Error ? error.name : 'unknown';
  span.setAttribute('error.type', type);
  if (type !== 'FENCED_OUT') span.setStatus({ code: SpanStatusCode.ERROR });
}
