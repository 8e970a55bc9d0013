import { problem } from '@lanekeeper/service-kit';
import type { AppliedPosition } from '../projection/applied-position.ts';

/** Longest wait for the projection to catch up, in milliseconds. */
const MAX_WAIT_MS = 5_000;

/** Makes reads wait until the projection covers a sequence of EVENTS. */
export type FreshEnough = {
  /** @throws ProblemError NOT_READY when the projection does not get there in time. */
  upTo: (seq: number | undefined) => Promise<void>;
  /** Up to everything stored in EVENTS at this moment. @throws as {@link FreshEnough.upTo} */
  upToNow: () => Promise<void>;
};

/** See {@link FreshEnough}. `lastSeq` asks the server for the stream's last sequence. */
export function freshEnough(
  applied: AppliedPosition,
  lastSeq: () => Promise<number>,
  maxWaitMs = MAX_WAIT_MS,
): FreshEnough {
  const upTo = async (seq: number | undefined) => {
    if (seq === undefined || applied.seq >= seq) return;
    const deadline = AbortSignal.timeout(maxWaitMs);
    await applied.reached(seq, deadline).catch((cause: unknown) => {
      throw behind(cause);
    });
  };
  const upToNow = async () => {
    const seq = await lastSeq().catch((cause: unknown) => {
      throw behind(cause);
    });
    await upTo(seq);
  };
  return { upTo, upToNow };
}

function behind(cause: unknown) {
  const detail = 'The newest events are not visible yet; ask again in a moment.';
  return problem('NOT_READY', detail, { headers: { 'retry-after': '1' }, cause });
}
