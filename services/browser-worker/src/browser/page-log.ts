import type { Page, Request } from 'playwright-core';

/** One thing that went wrong in a page, or that it complained about. */
export interface PageComplaint {
  type: 'console' | 'exception' | 'request';
  text: string;
  /** Without its query, which may hold secrets. */
  url?: string;
}

const KEPT = 200;

/** Collects a page's console errors and warnings, uncaught exceptions and failed requests; the latest 200. */
export function followPage(page: Page): readonly PageComplaint[] {
  const complaints: PageComplaint[] = [];
  const keep = (complaint: PageComplaint) => {
    complaints.push(complaint);
    if (complaints.length > KEPT) complaints.shift();
  };
  page.on('console', (message) => {
    const type = message.type();
    if (type === 'error' || type === 'warning') keep({ type: 'console', text: `${type}: ${message.text()}` });
  });
  page.on('pageerror', (error) => keep({ type: 'exception', text: error.message }));
  page.on('requestfailed', (request) => keep(ofRequest(request, request.failure()?.errorText ?? 'failed')));
  page.on('response', (response) => {
    if (response.status() >= 400) keep(ofRequest(response.request(), `answered ${response.status()}`));
  });
  return complaints;
}

const ofRequest = (request: Request, text: string): PageComplaint => ({
  type: 'request',
  text: `${request.method()} ${text}`,
  url: request.url().replace(/[?#].*$/s, ''),
});
