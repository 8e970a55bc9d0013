import { randomUUID } from 'node:crypto';
import { type Field, forms, type Kind } from '../form-fields.ts';
import { type Html, html } from '../html.ts';
import { page, type View } from './page.ts';

/** What the form's script needs to know. */
export interface FormSettings {
  kind: Kind;
  layout: 'a' | 'b';
  /** How long things take in the page, in milliseconds. */
  delayMs: number;
  /** What the location field says at first. */
  place: string;
}

/** The form for a new listing, in two steps: what it is, then how it is shown. */
export function createPage(view: View, settings: FormSettings): string {
  const { c, id, text } = view;
  const { kind, layout, delayMs } = settings;
  const title = kind === 'item' ? text.sellItem : text.sellVehicle;
  const fields = layout === 'b' ? forms[kind].toReversed() : forms[kind];
  return page(
    view,
    { title, script: 'create.js' },
    html`<main class="${c('split')}" data-kind="${kind}" data-draft="${randomUUID()}" data-delay="${delayMs}" data-texts="${JSON.stringify(scriptTexts(view))}">
  <form class="${c('side')}" novalidate>
    <h1>${title}</h1>
    <div data-problem></div>
    <section data-step="1" class="${c('side')}" style="padding:0;border:0">
      ${photoField(view)}
      ${fields.map((field) => control(view, field, settings))}
      <div role="button" tabindex="0" data-next aria-disabled="true" class="${c('button')} ${c('main')} ${c('wide')}">${text.next}</div>
    </section>
    <section data-step="2" hidden class="${c('side')}" style="padding:0;border:0">
      <h2>${text.optionsTitle}</h2>
      ${flag(view, 'boost', text.boost)}${flag(view, 'hide', text.hideFromFriends)}
      <p class="${c('note')}">${text.terms}</p>
      <div role="button" tabindex="0" data-publish class="${c('button')} ${c('main')} ${c('wide')}">${text.publish}</div>
      <div role="button" tabindex="0" data-back class="${c('button')} ${c('wide')}">${text.back}</div>
    </section>
  </form>
  <div class="${c('show')}"><div>
    <div class="${c('pane')}" data-cover><p><b>${text.previewEmpty}</b></p><p>${text.previewHint}</p></div>
    <aside aria-labelledby="${id('preview')}"><p class="${c('note')}" id="${id('preview')}">${text.preview}</p>
      <h2 data-show="title">${text.title}</h2><p data-show="price">${text.price}</p><p class="${c('more')}" data-show="description"></p></aside>
  </div></div>
  <template data-list><div role="listbox" class="${c('list')}"></div></template>
  <template data-option><div role="option" tabindex="-1"></div></template>
  <template data-photo><figure><img alt=""><div role="progressbar" class="${c('busy')}">${text.uploading}</div></figure></template>
  <template data-alert><p role="alert" class="${c('error')}"></p></template>
</main>`,
  );
}

const scriptTexts = ({ text, language }: View) => ({
  errors: text.errors,
  photo: text.photo,
  title: text.title,
  price: text.price,
  publishing: text.publishing,
  publish: text.publish,
  somethingWrong: text.somethingWrong,
  locale: text.locale,
  currency: text.currency,
  language,
});

const photoField = ({ c, id, text }: View): Html => html`<div data-field="photos">
  <div class="${c('photos')}" data-photos></div>
  <label class="${c('drop')}"><b id="${id('photos')}">${text.addPhotos}</b><span class="${c('note')}">${text.photosHint}</span>
  <input type="file" accept="image/*" multiple aria-labelledby="${id('photos')}"></label>
</div>`;

function control(view: View, field: Field, settings: FormSettings): Html {
  const { c, id, text } = view;
  const { name, label } = field;
  if (field.control === 'flag') return html`<div data-field="${name}">${flag(view, name, text[label])}</div>`;
  const named = settings.layout === 'b' ? html`aria-label="${text[label]}"` : html`aria-labelledby="${id(name)}"`;
  return html`<div data-field="${name}" ${field.required && html`data-required`}>
  <div class="${c('field')}"><span id="${id(name)}">${text[label]}</span>${entry(view, field, settings, named)}</div>
  ${!field.required && html`<small class="${c('note')}">${text.optional}</small>`}
</div>`;
}

function entry({ c, text }: View, field: Field, { layout, place }: FormSettings, named: Html): Html {
  const options = (field.choices ?? []).map((value) => ({ value, label: text.choices[value] ?? value }));
  switch (field.control) {
    case 'lines':
      return html`<textarea ${named}></textarea>`;
    case 'place':
      return html`<input role="combobox" aria-autocomplete="list" aria-expanded="false" autocomplete="off" ${named} value="${place}" data-chosen="${place}">`;
    case 'choice':
      if (layout === 'b')
        return html`<select ${named}><option value=""></option>${options.map(({ value, label }) => html`<option value="${value}">${label}</option>`)}</select>`;
      return html`<div role="combobox" tabindex="0" aria-haspopup="listbox" aria-expanded="false" ${named} class="${c('pick')}" data-options="${JSON.stringify(options)}"></div>`;
    default:
      return html`<input type="text" autocomplete="off" ${field.control === 'number' && html`inputmode="numeric"`} ${named}>`;
  }
}

const flag = ({ c, id }: View, name: string, label: string): Html =>
  html`<label class="${c('flag')}"><input type="checkbox" name="${name}" aria-labelledby="${id(name)}"><span id="${id(name)}">${label}</span></label>`;
