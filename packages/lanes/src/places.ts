/** The commands of a lane that are not over, each queue in its order. */
export type OpenQueues<T> = { normal: readonly T[]; high: readonly T[] };

/**
 * The commands that may be in flight in a wide lane: one for each of its `width` places, in the order in which they are to
 * start. Commands of high priority go first, but one place always belongs to the oldest command of normal priority, so
 * that those move on however many urgent ones arrive. Pure.
 */
export function placesOf<T>(width: number, { normal, high }: OpenQueues<T>): T[] {
  const forHigh = normal.length > 0 ? width - 1 : width;
  const first = high.slice(0, forHigh);
  return [...first, ...normal.slice(0, width - first.length)];
}
