import type { JobErrorBody, JobEvent } from '@lanekeeper/contracts';

/** What is known when a command is delivered. Times in milliseconds since the epoch. */
export type ClaimFacts = {
  last: JobEvent | undefined;
  now: number;
  attempts: number;
  /** The job is not to start before; absent: at any time. */
  notBefore?: number;
  /** Whether the lane's consumer has followed this command without a break since the last event's attempt began. */
  tracked: boolean;
  /** Whether the holder named by the last event answers that it still works on the job; `silent`: not for an ack wait. */
  holder: 'unasked' | 'holds' | 'silent';
};

/** What to do with a delivered command. */
export type ClaimDecision =
  /** Claim it as this attempt; `intents` announced by earlier attempts, whose outcome is unknown. */
  | { do: 'start'; attempt: number; intents: readonly string[] }
  /** The job is over: only acknowledge. */
  | { do: 'settle' }
  /** A retry is not due yet. */
  | { do: 'postpone'; until: number }
  /** Ask the worker that wrote the last event, for an ack wait, whether it still works on the job. */
  | { do: 'ask-holder'; workerId: string }
  /** Another worker may still work on the job: leave it alone for now. */
  | { do: 'leave' }
  /** The last attempt died and was the last one allowed; with `intents`, nobody knows whether these steps were done. */
  | { do: 'give-up'; attempt: number; intents: readonly string[]; error: JobErrorBody };

/**
 * Decides what a delivered command calls for, from its job's last event. Pure.
 *
 * A job that is `active` has, or had, a holder. It is taken over only when the holder's lease has surely run out. That
 * is so when the lane's consumer has followed the command ever since: it delivers again only after an ack wait without
 * a heartbeat. When it has not (the server forgot the consumer in a restart) the holder may be in good health: then it
 * is asked, and must be silent for an ack wait.
 */
export function decideClaim(facts: ClaimFacts): ClaimDecision {
  const { last } = facts;
  if (last === undefined) return decideFirst(facts);
  switch (last.type) {
    case 'queued':
      return decideFirst(facts);
    case 'retry-scheduled': {
      const until = Math.max(Date.parse(last.dueAt), facts.notBefore ?? 0);
      if (until > facts.now) return { do: 'postpone', until };
      return { do: 'start', attempt: last.attempt + (last.handedBack ? 0 : 1), intents: last.intents ?? [] };
    }
    case 'started':
    case 'progressed':
    case 'effect-intended':
      return decideTakeOver(facts, last);
    case 'completed':
    case 'failed':
    case 'cancelled':
    case 'uncertain':
    case 'resolved':
      return { do: 'settle' };
  }
}

function decideFirst({ notBefore = 0, now }: ClaimFacts): ClaimDecision {
  if (notBefore > now) return { do: 'postpone', until: notBefore };
  return { do: 'start', attempt: 1, intents: [] };
}

type Active = Extract<JobEvent, { worker: string }>;

function decideTakeOver(facts: ClaimFacts, last: Active): ClaimDecision {
  if (!facts.tracked) {
    if (facts.holder === 'holds') return { do: 'leave' };
    if (facts.holder === 'unasked') return { do: 'ask-holder', workerId: last.worker };
  }
  if (last.attempt >= facts.attempts) {
    const intents = last.intents ?? [];
    const steps = intents.length > 0 ? ` It may have done what it had announced: ${intents.join(', ')}.` : '';
    const message = `The worker was lost during attempt ${last.attempt} of ${facts.attempts}.${steps}`;
    return { do: 'give-up', attempt: last.attempt, intents, error: { code: 'WORKER_LOST', message, retryable: true } };
  }
  return { do: 'start', attempt: last.attempt + 1, intents: last.intents ?? [] };
}
