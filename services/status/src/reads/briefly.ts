/** At most this many answers are kept; the oldest goes first. */
const MAX_KEPT = 500;

/**
 * Remembers a read's answers for a short time, so that many callers cost one query. Callers that ask while a read is
 * under way share it; a failed read is not remembered.
 */
export function briefly<T>(ttlMs: number, read: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const kept = new Map<string, { until: number; answer: Promise<T> }>();
  return (key) => {
    const found = kept.get(key);
    if (found && found.until > performance.now()) return found.answer;
    const answer = read(key);
    kept.delete(key);
    kept.set(key, { until: performance.now() + ttlMs, answer });
    answer.catch(() => kept.delete(key));
    if (kept.size > MAX_KEPT) kept.delete(kept.keys().next().value as string);
    return answer;
  };
}
