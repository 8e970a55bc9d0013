import { html } from '../html.ts';
import { page, type View } from './page.ts';

/** The page that wants to know who it is. */
export function checkpointPage(view: View, failed = false): string {
  const { c, id, text } = view;
  return page(
    view,
    { title: text.checkpointTitle },
    html`<main><form method="post" action="/checkpoint" class="${c('box')}">
  <h1>${text.checkpointTitle}</h1>
  <p>${text.checkpointText}</p>
  ${failed && html`<p role="alert" class="${c('error')}">${text.checkpointWrong}</p>`}
  <label class="${c('field')}"><span id="${id('code')}">${text.checkpointCode}</span>
  <input name="code" inputmode="numeric" autocomplete="one-time-code" aria-labelledby="${id('code')}"></label>
  <button class="${c('button')} ${c('main')} ${c('wide')}">${text.checkpointContinue}</button>
</form></main>`,
  );
}

/** What stands in the place of a form when the account may not publish more. */
export function limitPage(view: View): string {
  const { c, text } = view;
  return page(
    view,
    { title: text.limitTitle },
    html`<main><div class="${c('box')}"><h1>${text.limitTitle}</h1><p>${text.limitText}</p>
  <a class="${c('button')}" href="/marketplace/you/selling">${text.selling}</a></div></main>`,
  );
}

/** A listing that is not there. */
export function notFoundPage(view: View): string {
  const { c, text } = view;
  return page(
    view,
    { title: text.notFound },
    html`<main><div class="${c('box')}"><h1>${text.notFound}</h1></div></main>`,
  );
}
