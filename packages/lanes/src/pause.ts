import { setTimeout as wait } from 'node:timers/promises';

/** Waits so many milliseconds, or until aborted; never throws. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await wait(ms, undefined, signal ? { signal } : {});
  } catch {
    // aborted: the caller looks at the signal itself
  }
}
