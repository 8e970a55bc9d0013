/**
 * Does equal work once: callers of one key that come while it is under way share its outcome. When it fails they do it
 * themselves, one after the other: the failure may have been the first caller's own (its job was aborted).
 */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Promise<T>>();

  async run(key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    for (let flight = this.#flights.get(key); flight; flight = this.#flights.get(key)) {
      try {
        return await unlessAborted(flight, signal);
      } catch {
        signal.throwIfAborted();
        if (this.#flights.get(key) === flight) break;
      }
    }
    const flight = work();
    this.#flights.set(key, flight);
    try {
      return await flight;
    } finally {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    }
  }
}

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
