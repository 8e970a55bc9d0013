import type { Command, JobEvent, Names } from '@lanekeeper/contracts';
import type { JetStreamManager } from '@nats-io/jetstream';
import type { KV } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/nats-core';
import { v7 as uuid } from 'uuid';
import { apiCodes, isLanesError, LanesError, PublishRefused } from './errors.ts';
import type { EventLog } from './event-log.ts';
import { type GroupCommit, MAX_BATCH_MESSAGES } from './group-commit.ts';
import { claimKey, derivedJobId, type Idempotency } from './idempotency.ts';
import { countSubmitted } from './metrics.ts';
import { traceHeaders, traceSend } from './tracing.ts';
import type { Demand, TurnOffers } from './turns.ts';

/** Work to submit. `width` is the workload's: how many turns the lane may hold. */
export type NewJob = {
  workload: string;
  width: number;
  lane: string;
  data: unknown;
  /** Who may see the job. */
  tenant: string;
  /** `high` goes first in a lane wider than 1, on all places but one; a sequential lane keeps its order. */
  priority?: 'normal' | 'high';
  retryOf?: string;
  /**
   * Not to be started before, ISO 8601 in UTC. A sequential lane keeps its order: what is submitted after it waits too.
   * In a wider lane it takes one of the lane's places while it waits.
   */
  runAt?: string;
};

/** A job that was accepted. */
export type SubmittedJob = { jobId: string; workload: string; lane: string };

/** What a submit answers. `replayed`: the same idempotency key had been used before for the same request. */
export type Submitted = { jobs: SubmittedJob[]; replayed: boolean };

/** What submitting needs; see open-lanes.ts. */
export type SubmitDeps = {
  nc: NatsConnection;
  jsm: JetStreamManager;
  names: Names;
  /** Of the streams. */
  replicas: number;
  commands: GroupCommit;
  events: EventLog;
  turns: TurnOffers;
  idempotencyKeys: KV;
  /** Called with faults that the sweep heals. */
  onHealable: (error: unknown) => void;
};

type Draft = { command: Command; width: number };

/**
 * Accepts work durably: all commands as one atomic batch in the given order, then their `queued` events, then turns.
 * Returns after the commands and events are confirmed; turns are hints that a sweep can rebuild.
 * @throws LanesError TOO_MANY_COMMANDS (over 1,000), COMMAND_TOO_LARGE, IDEMPOTENCY_KEY_REUSED, or UNAVAILABLE: then
 * the commands may or may not be stored, and repeating the submit under the same idempotency key is safe.
 */
export async function submit(deps: SubmitDeps, jobs: readonly NewJob[], idempotency?: Idempotency): Promise<Submitted> {
  if (jobs.length > MAX_BATCH_MESSAGES) {
    throw new LanesError('TOO_MANY_COMMANDS', `at most ${MAX_BATCH_MESSAGES} commands can be submitted at once`);
  }
  const claimed = idempotency && (await claimKey(deps.nc, deps.idempotencyKeys, idempotency));
  const drafts = jobs.map((job, index) => draft(job, claimed ? derivedJobId(claimed, index) : uuid()));
  const replayed = claimed?.replayed === true;
  const known = replayed ? await deps.events.known(drafts.map(({ command }) => command)) : new Set<string>();
  await store(
    deps,
    drafts.filter(({ command }) => !known.has(command.jobId)),
  );
  return {
    jobs: drafts.map(({ command: { jobId, workload, lane } }) => ({ jobId, workload, lane })),
    replayed,
  };
}

/**
 * Accepts one job under an id that the caller derives, so that asking again adds nothing.
 * @returns whether the job was there already.
 * @throws as {@link submit}.
 */
export async function submitAs(deps: SubmitDeps, job: NewJob, jobId: string): Promise<{ replayed: boolean }> {
  const known = await deps.events.known([{ ...job, jobId }]);
  if (known.size > 0) return { replayed: true };
  await store(deps, [draft(job, jobId)]);
  return { replayed: false };
}

function draft(job: NewJob, jobId: string): Draft {
  const { width, ...rest } = job;
  return { command: { ...rest, jobId, submittedAt: new Date().toISOString() }, width };
}

async function store(deps: SubmitDeps, drafts: readonly Draft[]): Promise<void> {
  if (drafts.length === 0) return;
  const commands = drafts.map(({ command }) => command);
  await traceSend(commands, async () => storeQueuedEvents(deps, drafts, await storeCommands(deps, drafts)));
  countSubmitted(commands);
  void deps.turns.offer(demandsOf(drafts)).catch(deps.onHealable);
}

/** The sequences of the commands; undefined where an earlier submit under the same key had stored the batch already. */
async function storeCommands(deps: SubmitDeps, drafts: readonly Draft[]): Promise<number[] | undefined> {
  const sentFrom = traceHeaders();
  const messages = drafts.map(({ command, width }) => ({
    // Order goes before priority: a lane of width 1 has one queue.
    subject: deps.names.command(command.workload, command.lane, width > 1 ? command.priority : 'normal'),
    data: JSON.stringify(command),
    headers: { 'Nats-Msg-Id': command.jobId, ...sentFrom },
  }));
  const limit = deps.nc.info?.max_payload ?? 1_048_576;
  // Headers and the event that carries the command again need room too.
  const tooLarge = messages.findIndex((message) => Buffer.byteLength(message.data) > limit - 4_096);
  if (tooLarge >= 0) throw new LanesError('COMMAND_TOO_LARGE', `command ${tooLarge} is larger than ${limit} bytes`);
  try {
    const stored = await deps.commands.append(messages);
    return stored.map(({ seq }) => seq);
  } catch (error) {
    // An atomic batch is stored whole or not at all: one duplicate means that all of it is there.
    if (error instanceof PublishRefused && error.apiCode === apiCodes.batchDuplicateId) return undefined;
    throw error;
  }
}

async function storeQueuedEvents(
  deps: SubmitDeps,
  drafts: readonly Draft[],
  seqs: number[] | undefined,
): Promise<void> {
  await Promise.all(
    drafts.map(async ({ command }, index) => {
      try {
        await deps.events.append(queued(command, seqs?.[index] ?? 0), 0, AbortSignal.timeout(10_000));
      } catch (error) {
        // A worker was faster: its `started` event has introduced the job already.
        if (!isLanesError(error, 'FENCED_OUT')) throw error;
      }
    }),
  );
}

function queued(command: Command, commandSeq: number): JobEvent {
  const { jobId, workload, lane, submittedAt } = command;
  return { type: 'queued', jobId, workload, lane, at: submittedAt, job: command, commandSeq };
}

function demandsOf(drafts: readonly Draft[]): Demand[] {
  const lanes = Map.groupBy(drafts, ({ command }) => JSON.stringify([command.workload, command.lane]));
  return [...lanes.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const { command, width } = first;
    return [{ workload: command.workload, lane: command.lane, commands: group.length, width }];
  });
}
