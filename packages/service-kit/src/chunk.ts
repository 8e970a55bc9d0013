/** Splits items into runs that stay within both bounds; one item alone may exceed `bytes`. Pure. */
export function chunk<T>(
  items: readonly T[],
  bounds: { rows: number; bytes: number },
  sizeOf: (item: T) => number,
): T[][] {
  const chunks: T[][] = [];
  let current: T[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = sizeOf(item);
    if (current.length > 0 && (current.length >= bounds.rows || bytes + size > bounds.bytes)) {
      chunks.push(current);
      current = [];
      bytes = 0;
    }
    current.push(item);
    bytes += size;
  }
  if (current.length > 0) chunks.push(current);
  return chunks;
}
