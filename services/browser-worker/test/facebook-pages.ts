import type { IncomingMessage, ServerResponse } from 'node:http';
import { type HttpHost, readBody, startHost } from '@lanekeeper/local-stack';

/** What the pages answer to Publish, by the listing's title. */
const ANSWERS: Record<string, object> = {
  refused: { errors: [{ message: 'A server error field_exception occurred' }], data: null },
  silent: { data: { marketplace_listing_create: { listing: { id: '42' } } } },
};

/** Pages of our own making in the structure that public bots describe of Facebook Marketplace, for the driver's tests. */
export type FacebookPages = HttpHost & {
  /** Forms that were published. */
  readonly published: Record<string, string>[];
  /** Titles of listings that were renewed. */
  readonly renewed: string[];
};

/** Serves the pages on a free port. A browser with the cookie `c_user` is logged in. */
export async function serveFacebookPages(): Promise<FacebookPages> {
  const published: Record<string, string>[] = [];
  const renewed: string[] = [];
  const host = await startHost((request, response) => void answer(request, response, published, renewed));
  return { ...host, published, renewed };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  published: Record<string, string>[],
  renewed: string[],
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  if (pathname === '/api/graphql/') {
    const form = new URLSearchParams(String(await readBody(request)));
    const variables = JSON.parse(form.get('variables') ?? '{}') as Record<string, string>;
    if (variables.renew) renewed.push(variables.renew);
    const body = variables.renew ? {} : publishedAs(variables, published);
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
    return;
  }
  response.setHeader('content-type', 'text/html; charset=utf-8');
  if (!/c_user=/.test(request.headers.cookie ?? '')) response.end(page(logIn));
  else if (pathname.startsWith('/marketplace/create/item')) response.end(page(createForm));
  else response.end(page(sellingPage(published)));
}

function publishedAs(variables: Record<string, string>, published: Record<string, string>[]): object {
  if (variables.title !== 'refused') published.push(variables);
  const url = 'https://www.facebook.com/marketplace/item/9001/';
  return ANSWERS[variables.title ?? ''] ?? { data: { marketplace_listing_create: { listing: { story: { url } } } } };
}

const page = (content: string): string => `<!doctype html><html lang="en"><title>Marketplace</title><body>${content}`;

const logIn = `<div role="dialog" aria-label="Log in"><form>
  <input type="text" aria-label="Email or phone number"><input type="password" aria-label="Password">
  <div role="button" tabindex="0">Log In</div></form></div>`;

const text = (id: string, label: string, tag = 'input'): string =>
  `<label aria-labelledby="_r_${id}_"><span id="_r_${id}_">${label}</span><${tag} name="${id}"></${tag}></label>`;
const list = (id: string, label: string, options: string[]): string =>
  `<label role="combobox" tabindex="0" aria-haspopup="listbox" aria-expanded="false" aria-labelledby="_r_${id}_"
     data-name="${id}" data-options='${JSON.stringify(options)}'><span id="_r_${id}_">${label}</span><span></span></label>`;

const createForm = `<div role="main"><div role="form">
  <div role="button" tabindex="0" id="add"><span>Add photos</span><span> or drag and drop</span></div>
  <input type="file" multiple hidden id="file"><div id="previews"></div>
  ${text('title', 'Title')}${text('price', 'Price')}
  ${list('category', 'Category', ['Tools', 'Furniture'])}${list('condition', 'Condition', ['New', 'Used - Good'])}
  ${text('description', 'Description', 'textarea')}
  <input role="combobox" aria-label="Location" aria-autocomplete="list" name="location">
  <div role="button" tabindex="0" aria-label="Next" aria-disabled="true">Next</div></div></div>
<script>
  const form = document.querySelector('[role=form]');
  const next = document.querySelector('[aria-label=Next]');
  const values = {};
  const popup = (options, choose) => {
    const box = document.body.appendChild(document.createElement('div'));
    box.setAttribute('role', 'listbox');
    for (const name of options) {
      const option = box.appendChild(document.createElement('div'));
      option.setAttribute('role', 'option');
      option.textContent = name;
      option.onclick = () => { choose(name); box.remove(); check(); };
    }
  };
  const check = () => {
    for (const field of form.querySelectorAll('label [name]')) values[field.name] = field.value;
    const missing = ['title', 'price', 'category', 'condition', 'location'].some((name) => !values[name]);
    next.setAttribute('aria-disabled', String(missing || !values.photos));
  };
  form.addEventListener('input', check);
  add.onclick = () => file.click();
  file.onchange = () => {
    values.photos = String(file.files.length);
    [...file.files].forEach((one, at) => previews.append(Object.assign(new Image(20, 20), { alt: 'Photo ' + (at + 1), src: URL.createObjectURL(one) })));
    check();
  };
  for (const pick of form.querySelectorAll('[data-options]')) pick.onclick = () => popup(JSON.parse(pick.dataset.options), (name) => {
    values[pick.dataset.name] = name;
    pick.lastChild.textContent = name;
  });
  const place = form.querySelector('[name=location]');
  place.oninput = () => setTimeout(() => popup([place.value + ', Texas'], (name) => { place.value = values.location = name; }), 50);
  next.onclick = () => {
    if (next.getAttribute('aria-disabled') === 'true') return;
    form.innerHTML = '<div role="button" tabindex="0" aria-label="Publish">Publish</div>';
    form.firstChild.onclick = async () => {
      const body = new URLSearchParams({ fb_api_req_friendly_name: 'useCometMarketplaceListingCreateMutation', variables: JSON.stringify(values) });
      const answer = await (await fetch('/api/graphql/', { method: 'POST', body })).json();
      if (answer.errors) form.insertAdjacentHTML('beforeend', '<div role="alert">We could not publish your listing.</div>');
      else location.href = '/marketplace/you/selling';
    };
  };
</script>`;

const row = (id: number, title: string, price: string, action = ''): string => `<div role="listitem">
  <a href="/marketplace/item/${id}/?ref=selling"><span role="heading" aria-level="3">${title}</span></a>
  <div>$${price}</div><div>Being reviewed · Listed on 11/24</div><div>${action}</div></div>`;

const sellingPage = (published: readonly Record<string, string>[]): string => `<div role="main"><h1>Your listings</h1>
  ${published.map(({ title = '', price = '' }, at) => row(9001 + at, title, price)).join('')}
  ${row(1, 'Due', '5', '<div role="button" tabindex="0" data-renew="Due">Renew</div>')}${row(2, 'Young', '5')}</div>
<script>
  for (const button of document.querySelectorAll('[data-renew]')) button.onclick = async () => {
    const body = new URLSearchParams({ variables: JSON.stringify({ renew: button.dataset.renew }) });
    await fetch('/api/graphql/', { method: 'POST', body });
    button.outerHTML = '<span>Listing renewed</span>';
  };
</script>`;
