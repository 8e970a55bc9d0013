import type { Stats } from '@lanekeeper/contracts';

/** How old the numbers get, in milliseconds. */
const REFRESH_MS = 1_000;

/** The latest numbers of all workloads, kept fresh in the background so that submits need not wait for them. */
export type StatsCache = {
  /** The last numbers read; undefined before the first success. */
  latest: () => Stats | undefined;
  stop: () => void;
};

/**
 * Reads the numbers now and about every second. A failed read keeps the last numbers: they only make estimates, and
 * every read that a client waits for goes to the source.
 * @param onFailure gets the error of each failed read.
 */
export function keepStats(read: () => Promise<Stats>, onFailure: (error: unknown) => void): StatsCache {
  let latest: Stats | undefined;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const refresh = async () => {
    try {
      latest = await read();
    } catch (error) {
      if (!stopped) onFailure(error);
    }
    if (!stopped) timer = setTimeout(() => void refresh(), REFRESH_MS).unref();
  };
  void refresh();
  return {
    latest: () => latest,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
