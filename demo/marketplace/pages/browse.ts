import { type Html, html } from '../html.ts';
import type { Listing } from '../store/listings.ts';
import { money } from '../texts/language.ts';
import { page, type View } from './page.ts';

/** The front page: what is for sale. */
export function browsePage(view: View, listings: readonly Listing[]): string {
  const { c, text } = view;
  return page(
    view,
    { title: text.browse, current: 'browse' },
    html`<main class="${c('page')}">
  <div class="${c('top')}"><h1>${text.todaysPicks}</h1>
  <a class="${c('button')} ${c('main')}" href="/marketplace/create">${text.createListing}</a></div>
  ${listings.length === 0 && html`<p class="${c('lead')}">${text.nothingYet}</p>`}
  <div class="${c('grid')}">${listings.map((listing) => card(view, listing))}</div>
</main>`,
  );
}

const card = ({ c, text }: View, { id, title, price, fields, photos }: Listing): Html => html`
<a class="${c('card')}" href="/marketplace/item/${id}">
  ${photos[0] ? html`<img src="/photos/${photos[0]}" alt="" loading="lazy">` : html`<span class="${c('none')}"></span>`}
  <strong>${money(price, text)}</strong>${title}<br><small>${fields.location}</small>
</a>`;

/** Which kind of listing to create. */
export function choosePage(view: View): string {
  const { c, text } = view;
  const way = (kind: 'item' | 'vehicle', label: string) =>
    html`<a class="${c('button')} ${c('wide')}" href="/marketplace/create/${kind}">${label}</a>`;
  return page(
    view,
    { title: text.createListing },
    html`<main><div class="${c('box')}"><h1>${text.createListing}</h1>
  ${way('item', text.sellItem)}${way('vehicle', text.sellVehicle)}</div></main>`,
  );
}
