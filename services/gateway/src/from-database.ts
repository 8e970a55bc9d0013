import { isTransientDatabaseError, problem } from '@lanekeeper/service-kit';

/**
 * Asks the database for `what`, e.g. "The dealers". `explain` turns an error that says what is wrong with a request into its
 * problem.
 * @throws ProblemError NOT_READY while the database is away, and what `explain` gives.
 */
export async function fromDatabase<T>(
  what: string,
  act: () => Promise<T>,
  explain: (error: unknown) => Error | undefined = () => undefined,
): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    const explained = explain(cause);
    if (explained) throw explained;
    if (!isTransientDatabaseError(cause)) throw cause;
    const headers = { 'retry-after': '5' };
    throw problem('NOT_READY', `${what} cannot be read just now; try again shortly.`, { headers, cause });
  }
}
