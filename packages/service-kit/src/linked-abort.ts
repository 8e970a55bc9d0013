/**
 * An abort signal that follows others and, if wanted, a deadline: what `AbortSignal.any` and `AbortSignal.timeout` are for.
 * Those hold each other weakly, and Node 24 loses aborts to garbage collection (nodejs/node issues 57736 and 65995): a
 * request with such a deadline can hang for ever. This one is held by its sources and its timer until it is disposed of.
 */
export class LinkedAbort implements Disposable {
  readonly #controller = new AbortController();
  readonly #sources: readonly AbortSignal[];
  readonly #follow: () => void;
  readonly #timer: NodeJS.Timeout | undefined;
  #timedOut = false;

  /** Follows `sources`; with `timeoutMs` it aborts after so many milliseconds by itself. */
  constructor(sources: readonly AbortSignal[], timeoutMs?: number) {
    this.#sources = sources;
    this.#follow = () => this.abort(sources.find(({ aborted }) => aborted)?.reason);
    for (const source of sources) source.addEventListener('abort', this.#follow, { once: true });
    if (timeoutMs !== undefined) this.#timer = setTimeout(() => this.#expire(timeoutMs), timeoutMs);
    if (sources.some(({ aborted }) => aborted)) this.#follow();
  }

  /** The signal to pass on. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether the deadline, and not a source, was first. */
  get timedOut(): boolean {
    return this.#timedOut;
  }

  /** Aborts on its own account; the first reason counts. */
  abort(reason?: unknown): void {
    this.#controller.abort(reason);
    this[Symbol.dispose]();
  }

  /** Stops following; the signal stays as it is. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    for (const source of this.#sources) source.removeEventListener('abort', this.#follow);
  }

  #expire(timeoutMs: number): void {
    if (this.signal.aborted) return;
    this.#timedOut = true;
    this.abort(new DOMException(`No end within ${timeoutMs} ms`, 'TimeoutError'));
  }
}
