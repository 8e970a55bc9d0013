import type { Page } from 'playwright-core';

// A text, because it runs in the page, whose types this project does not have. It changes a copy, not the page.
const MASKED_COPY = `(() => {
  const copy = document.documentElement.cloneNode(true);
  for (const script of copy.querySelectorAll('script, noscript')) script.remove();
  for (const field of copy.querySelectorAll('input[value]')) field.setAttribute('value', '[masked]');
  for (const field of copy.querySelectorAll('textarea, [contenteditable=true]')) field.textContent = '[masked]';
  return '<!doctype html>\\n' + copy.outerHTML;
})()`;

/** A page's HTML as it stands, without what was typed into it and without scripts, which carry tokens. */
export const maskedHtml = (page: Page): Promise<string> => page.evaluate<string>(MASKED_COPY);
