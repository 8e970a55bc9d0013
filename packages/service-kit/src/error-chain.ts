/** An error, its causes, and the members of aggregates (one per address tried), outermost first; five levels deep. */
export function* errorChain(error: unknown, depth = 0): Generator<Error, void> {
  if (!(error instanceof Error) || depth > 5) return;
  yield error;
  yield* errorChain(error.cause, depth + 1);
  if (error instanceof AggregateError) for (const member of error.errors) yield* errorChain(member, depth + 1);
}
