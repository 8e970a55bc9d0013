import { type Field, forms } from '../form-fields.ts';
import { type Html, html } from '../html.ts';
import type { Listing } from '../store/listings.ts';
import { day, money } from '../texts/language.ts';
import { page, type View } from './page.ts';

const ELSEWHERE = ['title', 'price', 'description'];

/** A listing as others see it. */
export function itemPage(view: View, listing: Listing): string {
  const { c, text, account } = view;
  const { title, price, fields, photos, createdAt, kind, reviewed } = listing;
  const inReview = reviewed && listing.email === account?.email;
  const facts = forms[kind].filter(({ name }) => !ELSEWHERE.includes(name) && fields[name]);
  return page(
    view,
    { title, current: 'browse' },
    html`<main class="${c('page')}"><div class="${c('item')}">
  <div class="${c('look')}">${photos.map((photo) => html`<img src="/photos/${photo}" alt="">`)}</div>
  <div>
    <h1>${title}</h1><p class="${c('cost')}">${money(price, text)}</p>
    <p class="${c('note')}">${text.listedOn} <time datetime="${createdAt.toISOString()}">${day(createdAt, text)}</time></p>
    ${inReview && html`<span class="${c('state')} ${c('wait')}">${text.reviewing}</span>`}
    <h2>${text.details}</h2>
    <dl class="${c('facts')}">${facts.map((field) => fact(view, field, fields[field.name] ?? ''))}</dl>
    <p class="${c('more')}">${fields.description}</p>
  </div>
</div></main>`,
  );
}

const fact = ({ text }: View, { label, control }: Field, value: string): Html =>
  html`<dt>${text[label]}</dt><dd>${control === 'flag' ? '✓' : (text.choices[value] ?? value)}</dd>`;
