import type { Request, Response } from 'playwright-core';
import { itemIn } from './listing-url.ts';
import type { SitePage } from './site-layout.ts';

/**
 * How the site answered the request that publishes. `accepted`: it did, without saying which listing it is. `refused`:
 * it said no, so nothing was published. `lost`: no answer came, or one that leaves it open.
 */
export type PublishAnswer =
  | { kind: 'published'; listingId: string }
  | { kind: 'accepted' }
  | { kind: 'refused'; status: number }
  | { kind: 'lost'; code: 'site_error' | 'site_unreachable'; reason: string };

/** Watches for the request that publishes; made before the click, so that nothing is missed. */
export class PublishWatch implements Disposable {
  readonly #site: SitePage;
  readonly #answer = Promise.withResolvers<PublishAnswer>();
  #isSent = false;

  constructor(site: SitePage) {
    this.#site = site;
    site.page.on('request', this.#onRequest);
    site.page.on('response', this.#onResponse);
    site.page.on('requestfailed', this.#onFailure);
  }

  /** The site's answer; never rejects, and stays open when there is none. */
  get answer(): Promise<PublishAnswer> {
    return this.#answer.promise;
  }

  /** Whether the request has left the page. */
  get isSent(): boolean {
    return this.#isSent;
  }

  [Symbol.dispose](): void {
    this.#site.page.off('request', this.#onRequest);
    this.#site.page.off('response', this.#onResponse);
    this.#site.page.off('requestfailed', this.#onFailure);
  }

  readonly #onRequest = (request: Request): void => {
    if (this.#site.layout.isPublishRequest(request)) this.#isSent = true;
  };

  readonly #onFailure = (request: Request): void => {
    if (!this.#site.layout.isPublishRequest(request)) return;
    const reason = `The connection was lost (${request.failure()?.errorText ?? 'no reason given'}).`;
    this.#answer.resolve({ kind: 'lost', code: 'site_unreachable', reason });
  };

  readonly #onResponse = (response: Response): void => {
    if (!this.#site.layout.isPublishRequest(response.request())) return;
    void this.#answerOf(response).then(this.#answer.resolve);
  };

  async #answerOf(response: Response): Promise<PublishAnswer> {
    const status = response.status();
    if (status >= 500) return { kind: 'lost', code: 'site_error', reason: `The site answered ${status}.` };
    if (status >= 400) return { kind: 'refused', status };
    // The page may have gone on before its answer could be read.
    const body = await response.text().catch(() => '');
    const listingId = itemIn(body);
    if (listingId) return { kind: 'published', listingId };
    return this.#site.layout.saysNo?.(body) ? { kind: 'refused', status } : { kind: 'accepted' };
  }
}
