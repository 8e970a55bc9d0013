// The selling page: Renew in each row, and more rows on demand. The address never changes.
const rows = document.querySelector('ul[data-renewed]');

rows.addEventListener('click', async ({ target }) => {
  const button = target.closest('[data-renew]');
  if (!button || button.getAttribute('aria-disabled') === 'true') return;
  button.setAttribute('aria-disabled', 'true');
  const answer = await fetch(`/ajax/listings/${button.dataset.renew}/renew`, { method: 'POST' }).catch(() => undefined);
  if (answer?.status === 401 || answer?.status === 403) {
    location.href = (await answer.json()).redirect;
    return;
  }
  const note = document.createElement('p');
  note.setAttribute('role', answer?.ok ? 'status' : 'alert');
  note.textContent = answer?.ok ? rows.dataset.renewed : rows.dataset.failed;
  button.closest('li').querySelector('[data-hint]')?.remove();
  button.replaceWith(note);
});

document.querySelector('[data-more]')?.addEventListener('click', async ({ currentTarget: more }) => {
  more.setAttribute('aria-disabled', 'true');
  const { seed } = document.body.dataset;
  const answer = await fetch(`/ajax/selling?offset=${more.dataset.more}&seed=${seed}`);
  if (!answer.ok) return location.reload();
  rows.insertAdjacentHTML('beforeend', await answer.text());
  const next = answer.headers.get('x-next-offset');
  more.removeAttribute('aria-disabled');
  if (next) more.dataset.more = next;
  else more.remove();
});
