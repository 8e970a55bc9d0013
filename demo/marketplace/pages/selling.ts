import { type Html, html } from '../html.ts';
import type { Listing } from '../store/listings.ts';
import { day, money } from '../texts/language.ts';
import { page, type View } from './page.ts';

/** Rows of the selling page that are loaded at once. */
export const ROWS = 20;

/** What the selling page shows. */
export interface Selling {
  listings: readonly Listing[];
  total: number;
  /** Whether a listing can be renewed by now. */
  isDue: (listing: Listing) => boolean;
  justPublished: boolean;
}

/** The account's own listings, with what can be done about each. */
export function sellingPage(view: View, { listings, total, isDue, justPublished }: Selling): string {
  const { c, id, text } = view;
  return page(
    view,
    { title: text.yourListings, script: 'selling.js', current: 'selling' },
    html`<main class="${c('page')}">
  <div class="${c('top')}"><h1 id="${id('heading')}">${text.yourListings} (${total})</h1>
  <a class="${c('button')} ${c('main')}" href="/marketplace/create">${text.createListing}</a></div>
  ${justPublished && html`<p role="status" class="${c('hello')}">${text.published}</p>`}
  ${total === 0 && html`<p class="${c('lead')}">${text.noListings}</p>`}
  <ul class="${c('rows')}" aria-labelledby="${id('heading')}" data-renewed="${text.renewed}" data-failed="${text.somethingWrong}">${sellingRows(view, listings, isDue)}</ul>
  ${total > listings.length && html`<button class="${c('button')} ${c('end')}" data-more="${listings.length}">${text.seeMore}</button>`}
</main>`,
  );
}

/** Some rows of the list. */
export const sellingRows = (view: View, listings: readonly Listing[], isDue: (listing: Listing) => boolean): Html[] =>
  listings.map((listing) => row(view, listing, isDue(listing)));

function row({ c, id: idOf, text }: View, listing: Listing, due: boolean): Html {
  const { id, title, price, photos, createdAt, renewedAt, reviewed } = listing;
  const name = idOf(id);
  return html`<li aria-labelledby="${name}">
  ${photos[0] ? html`<img src="/photos/${photos[0]}" alt="" loading="lazy">` : html`<span class="${c('none')}"></span>`}
  <div>
    <h3 id="${name}"><a href="/marketplace/item/${id}">${title}</a></h3>
    <strong>${money(price, text)}</strong>
    <p>${text.listedOn} <time datetime="${createdAt.toISOString()}">${day(createdAt, text)}</time>${
      renewedAt && html` · ${text.renewedOn} ${day(renewedAt, text)}`
    }</p>
    ${reviewed ? html`<span class="${c('state')} ${c('wait')}">${text.reviewing}</span>` : html`<span class="${c('state')}">${text.active}</span>`}
    ${due && html`<p data-hint>${text.renewHint}</p>`}
  </div>
  <div class="${c('acts')}">${due && html`<button class="${c('button')} ${c('main')}" data-renew="${id}">${text.renew}</button>`}</div>
</li>`;
}
