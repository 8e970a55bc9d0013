import type { DealerAccess } from '@lanekeeper/dealers';
import { DgiError, type DgiModule, type DgiWindow, readRows, type WindowAnswer } from '@lanekeeper/dgi';
import type { HandlerContext } from '@lanekeeper/lanes';
import { inSpan, LinkedAbort } from '@lanekeeper/service-kit';
import { keepRaw } from '../raw/keep-raw.ts';
import { countWindow } from '../store/count-window.ts';
import type { DoneWindow, Run } from '../store/runs.ts';
import { storeWindow } from '../store/store-window.ts';
import type { FetchParts } from './fetch-parts.ts';

/** A job as its windows see it. `run` is undefined when nothing is to be written. */
export type FetchJob = {
  readonly parts: FetchParts;
  readonly context: HandlerContext;
  readonly access: DealerAccess;
  readonly jobId: string;
  readonly dealerId: string;
  readonly module: DgiModule;
  readonly filters: Readonly<Record<string, string>>;
  readonly run: Run | undefined;
};

/** Difference of the clocks from which on somebody should look at them. */
const SKEW_WARNING_MS = 3_000;

/** Asks for one window and stores it, or counts what storing it would come to. */
export async function fetchWindow(job: FetchJob, window: DgiWindow, position: number): Promise<DoneWindow> {
  const { parts, access, dealerId, module } = job;
  await parts.onStep?.('asking', position);
  const answer = await inSpan('ask dealer', {}, () => ask(job, window, position), 'client');
  warnOfSkew(job, answer);
  await parts.onStep?.('answered', position);
  const { timeZone } = access.endpoint;
  const outcomes = () => readRows(module, answer.rows, { askedDealerId: dealerId, timeZone });
  const { requests } = answer;
  if (job.run !== undefined) return await storeAnswer(job, { window, position, answer, outcomes, run: job.run });
  const of = { module, dealerId, limits: await parts.limits() };
  const count = () => countWindow(parts.db, of, outcomes(), job.context.signal);
  return { ...(await inSpan('count rows', {}, count, 'client')), position, requests };
}

async function ask(job: FetchJob, { from, to }: DgiWindow, position: number): Promise<WindowAnswer> {
  const { parts, access, module, dealerId, filters, context, run } = job;
  const { endpoint, credential } = access;
  try {
    return await parts.client.fetchWindow(
      { endpoint, credential, module, dealerId, from, to, filters },
      context.signal,
    );
  } catch (error) {
    if (run !== undefined && error instanceof DgiError && error.rawBody !== null) {
      await keep(job, position, error.rawBody, context.signal);
    }
    throw error;
  }
}

type Answered = {
  window: DgiWindow;
  position: number;
  answer: WindowAnswer;
  outcomes: () => ReturnType<typeof readRows>;
  run: Run;
};

/** Keeps the answer while its rows are stored: compressing it takes a processor that storing leaves idle. */
async function storeAnswer(job: FetchJob, { window, position, answer, outcomes, run }: Answered): Promise<DoneWindow> {
  const { parts, context, jobId, dealerId, module } = job;
  using both = new LinkedAbort([context.signal]);
  const kept = inSpan('keep answer', {}, () => keep(job, position, answer.rawBody, both.signal), 'client');
  // Awaited before the commit; when storing fails first, its own error counts.
  kept.catch(() => undefined);
  const { requests } = answer;
  const toStore = { jobId, holder: run.holder, dealerId, module, position, window, requests, outcomes };
  try {
    const hooks = {
      signal: context.signal,
      onLocked: async () => parts.onStep?.('locked', position),
      beforeCommit: async () => {
        await kept;
        await parts.onStep?.('written', position);
        await context.assertOwned();
      },
    };
    const done = await inSpan('store rows', {}, () => storeWindow(parts, toStore, hooks), 'client');
    await parts.onStep?.('committed', position);
    return done;
  } catch (error) {
    both.abort(error);
    throw error;
  }
}

async function keep({ parts, jobId, dealerId }: FetchJob, position: number, body: Buffer, signal: AbortSignal) {
  if (parts.rawTtlMs > 0) await keepRaw(parts, { jobId, position, dealerId, body }, signal);
}

function warnOfSkew({ context, dealerId }: FetchJob, { skewMs }: WindowAnswer): void {
  if (skewMs === null || Math.abs(skewMs) <= SKEW_WARNING_MS) return;
  context.log.warn({ dealerId, skewMs }, "the dealer's server and this machine do not agree about the time");
}
