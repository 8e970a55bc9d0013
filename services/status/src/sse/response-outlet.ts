import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { LinkedAbort } from '@lanekeeper/service-kit';
import { heartbeatFrame } from './frames.ts';
import type { Outlet } from './stream-events.ts';

/** Bounds of one stream. */
export type OutletOptions = {
  heartbeatMs: number;
  /** How long a client may leave its connection full before it is closed. */
  stalledMs: number;
};

/**
 * Writes a stream into a response. What a client has not taken stays in the one store that all streams share; here waits
 * no more than the response's own buffer and one event. A client that takes nothing for too long is cut off, and
 * resumes by `Last-Event-ID`.
 */
export class ResponseOutlet implements Outlet {
  readonly #response: ServerResponse;
  readonly #options: OutletOptions;
  readonly #ended = new AbortController();
  readonly #heart: NodeJS.Timeout;
  #position = 0;

  constructor(response: ServerResponse, options: OutletOptions) {
    this.#response = response;
    this.#options = options;
    this.#heart = setInterval(() => this.#beat(), options.heartbeatMs);
    response.once('close', () => this.#end(new Error('the client went away')));
    response.once('error', (error) => this.#end(error));
  }

  /** Aborted when the stream is over, whoever ended it. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  async write(text: string, position: number): Promise<void> {
    this.#ended.signal.throwIfAborted();
    this.#position = position;
    if (this.#response.write(text)) return;
    using late = new LinkedAbort([this.#ended.signal], this.#options.stalledMs);
    try {
      await once(this.#response, 'drain', { signal: late.signal });
    } catch {
      this.#ended.signal.throwIfAborted();
      this.#end(new Error('the client is too slow'));
      this.#response.destroy();
      this.#ended.signal.throwIfAborted();
    }
  }

  pass(position: number): void {
    this.#position = Math.max(this.#position, position);
  }

  /** Ends the stream after a last text; a client that has not taken it when `late` is aborted is cut off. */
  async close(lastText: string, late: AbortSignal): Promise<void> {
    if (this.#ended.signal.aborted) return;
    this.#end(new Error('the server stops'));
    this.#response.end(lastText);
    await once(this.#response, 'close', { signal: late }).catch(() => this.#response.destroy());
  }

  #beat(): void {
    if (!this.#response.writableNeedDrain) this.#response.write(heartbeatFrame(this.#position));
  }

  #end(reason: Error): void {
    clearInterval(this.#heart);
    this.#ended.abort(reason);
  }
}
