import { html } from '../html.ts';
import { page, type View } from './page.ts';

/** The login form; `next`: where to go afterwards. */
export function logInPage(view: View, { next, failed }: { next: string; failed?: boolean }): string {
  const { c, id, text } = view;
  const field = (name: 'email' | 'password', autocomplete: string) => html`<label class="${c('field')}">
    <span id="${id(name)}">${text[name]}</span>
    <input name="${name}" type="${name === 'email' ? 'text' : 'password'}" autocomplete="${autocomplete}" aria-labelledby="${id(name)}" required>
  </label>`;
  return page(
    view,
    { title: text.logIn },
    html`<main><form method="post" action="/login" class="${c('box')}">
  <h1>${text.logInTitle}</h1>
  ${failed && html`<p role="alert" class="${c('error')}">${text.wrongPassword}</p>`}
  ${field('email', 'username')}
  ${field('password', 'current-password')}
  <input type="hidden" name="next" value="${next}">
  <button class="${c('button')} ${c('main')} ${c('wide')}">${text.logIn}</button>
  <p class="${c('note')}">${text.tagline}</p>
</form></main>`,
  );
}
