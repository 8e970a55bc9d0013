/** The nearest-rank 50th and 90th percentile; undefined without values. Pure. */
export function percentiles(values: readonly number[]): { p50: number; p90: number } | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const rank = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] as number;
  return { p50: rank(0.5), p90: rank(0.9) };
}
