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
  const facts = forms[kind].filter(({ name }) => !ELSEWHERE.includes(name) && fields[name]);
  return page(
    view,
    { title, current: 'browse' },
    html`<main class="${c('page')}">
  <div class="${c('split')}">
    <div class="${c('side')}">
      <h1>${title}</h1><p>${money(price, text)}</p>
      ${reviewed && listing.email === account?.email && html`<p><span class="${c('state')} ${c('wait')}">${text.reviewing}</span></p>`}
      <p class="${c('note')}">${text.listedOn} <time datetime="${createdAt.toISOString()}">${day(createdAt, text)}</time></p>
      <h2>${text.details}</h2>
      <dl class="${c('facts')}">${facts.map((field) => fact(view, field, fields[field.name] ?? ''))}</dl>
      <p class="${c('more')}">${fields.description}</p>
    </div>
    <div class="${c('show')}"><div class="${c('photos')}">${photos.map((photo) => html`<figure><img src="/photos/${photo}" alt=""></figure>`)}</div></div>
  </div>
</main>`,
  );
}

const fact = ({ text }: View, { label, control }: Field, value: string): Html =>
  html`<dt>${text[label]}</dt><dd>${control === 'flag' ? '✓' : (text.choices[value] ?? value)}</dd>`;
