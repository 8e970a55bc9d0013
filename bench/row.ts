/** One measured figure. `target`: what it should stay at or below; for rates (`/s`) at or above. */
export type Row = { what: string; value: number; unit: string; target?: number };

/** The q-quantile (0 to 1) of some values. @throws RangeError when there are none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
  if (value === undefined) throw new RangeError('no values to take a quantile of');
  return value;
}

/** Whether a figure keeps its target; undefined when it has none. */
export function keepsTarget({ value, unit, target }: Row): boolean | undefined {
  if (target === undefined) return undefined;
  return unit === '/s' ? value >= target : value <= target;
}
