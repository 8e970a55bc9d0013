import { randomBytes } from 'node:crypto';
import { Html, html, type Names, namesOf } from '../html.ts';
import type { Account } from '../store/accounts.ts';
import type { Text } from '../texts/en.ts';
import { languageOf, texts } from '../texts/language.ts';
import { stylesOf } from './styles.ts';

/** What a page is made for: one load, by one visitor. */
export interface View {
  /** Class names of this load. */
  c: Names;
  /** Ids of this load. */
  id: Names;
  /** What the names come from; a part that is loaded later gets the same. */
  seed: string;
  text: Text;
  language: 'en' | 'es';
  account: Account | undefined;
}

/** A view for an account, or for somebody who has not logged in. */
export function viewFor(account: Account | undefined, acceptLanguage?: string, seed?: string): View {
  const own = seed ?? randomBytes(6).toString('hex');
  const language = account?.language ?? languageOf(acceptLanguage);
  return {
    c: namesOf(own),
    id: namesOf(`${own}#`),
    seed: own,
    text: texts[language],
    language,
    account,
  };
}

/** A whole page around its content. `script`: a file of assets/ that it runs. */
export function page(
  view: View,
  { title, script, current }: { title: string; script?: string; current?: 'browse' | 'selling' },
  content: Html,
): string {
  const { c, text, account, language } = view;
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title} | ${text.site}</title>
<link rel="icon" href="data:,">
<style>${new Html(stylesOf(c))}</style>
</head>
<body data-seed="${view.seed}">
<header class="${c('bar')}">
  <a class="${c('brand')}" href="/marketplace">${logo}${text.site}</a>
  <nav>${account && tabs(view, current)}</nav>
  ${
    account &&
    html`<span class="${c('who')}">${account.email}</span>
  <form method="post" action="/logout"><button class="${c('button')}">${text.logOut}</button></form>`
  }
</header>
${content}
${account && html`<script src="/assets/presence.js"></script>`}
${script && html`<script src="/assets/${script}"></script>`}
</body>
</html>`.text;
}

const logo = html`<svg width="26" height="26" viewBox="0 0 24 24" aria-hidden="true"><path fill="currentColor" d="M3 4h18l1 6a3 3 0 0 1-2 3v8H4v-8a3 3 0 0 1-2-3zm3 10v5h5v-5zm7 0v5h5v-5z"/></svg>`;

const tabs = ({ text }: View, current: 'browse' | 'selling' | undefined): Html[] =>
  (
    [
      ['browse', '/marketplace', text.browse],
      ['selling', '/marketplace/you/selling', text.selling],
    ] as const
  ).map(([name, href, label]) => html`<a href="${href}" ${current === name && html`aria-current="page"`}>${label}</a>`);
