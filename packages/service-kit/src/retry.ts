import { setTimeout as sleep } from 'node:timers/promises';

/** How long to wait between tries, in milliseconds: doubles from `firstMs` up to `maxMs`, with full jitter. */
export type Backoff = { firstMs: number; maxMs: number };

/** The pause before try number `tries + 1`. `random` is in [0, 1). */
export function pauseBefore(tries: number, { firstMs, maxMs }: Backoff, random = Math.random()): number {
  const ceiling = Math.min(maxMs, firstMs * 2 ** (tries - 1));
  return ceiling / 4 + (ceiling * 3 * random) / 4;
}

/** Waits for {@link pauseBefore}. @throws the signal's reason when it aborts. */
export async function pause(tries: number, backoff: Backoff, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  try {
    await sleep(pauseBefore(tries, backoff), undefined, { signal });
  } catch {
    signal.throwIfAborted(); // the timer's own AbortError hides why
  }
}

/** Does something again while its error can pass. `maxTries` counts the first one. @throws the last error, the signal's reason. */
export async function retry<T>(
  act: () => Promise<T>,
  options: { canPass: (error: unknown) => boolean; backoff: Backoff; signal: AbortSignal; maxTries?: number },
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      options.signal.throwIfAborted();
      return await act();
    } catch (error) {
      options.signal.throwIfAborted();
      if (!options.canPass(error) || tries >= (options.maxTries ?? Number.POSITIVE_INFINITY)) throw error;
      await pause(tries, options.backoff, options.signal);
    }
  }
}
