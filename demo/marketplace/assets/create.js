// The form for a new listing: comboboxes with popups, photo upload with previews, checks, two steps, Publish.
const main = document.querySelector('main');
const texts = JSON.parse(main.dataset.texts);
const { kind } = main.dataset;
const delay = (share = 1) => new Promise((done) => setTimeout(done, Number(main.dataset.delay) * share));
const copy = (name) => main.querySelector(`template[data-${name}]`).content.firstElementChild.cloneNode(true);
const fieldsets = [...main.querySelectorAll('[data-field]')];
const fieldset = (name) => main.querySelector(`[data-field="${name}"]`);
const nextButton = main.querySelector('[data-next]');
const publishButton = main.querySelector('[data-publish]');
const photos = [];

// What the fields say

function textOf(box) {
  const picked = box.querySelector('[data-options]');
  if (picked) return picked.dataset.value ?? '';
  const entry = box.querySelector('input, textarea, select');
  if (entry.type === 'checkbox') return entry.checked ? 'true' : '';
  return entry.value.trim();
}

function faultOf(box) {
  const name = box.dataset.field;
  if (name === 'photos') return photoFault();
  const value = textOf(box);
  if (value === '') return 'required' in box.dataset ? texts.errors.missing : undefined;
  if (name === 'title' && value.length > 100) return texts.errors.title;
  if (name === 'description' && value.length > 5000) return texts.errors.description;
  if (name === 'price' && !/^\d{1,7}$/.test(value)) return texts.errors.price;
  if (name === 'mileage' && !/^\d{1,6}$/.test(value)) return texts.errors.mileage;
  if (name === 'vin' && !/^[A-Z\d]{17}$/i.test(value)) return texts.errors.vin;
  if (name === 'location' && box.querySelector('input').dataset.chosen !== value) return texts.errors.location;
  return undefined;
}

function photoFault() {
  if (photos.length > 20) return texts.errors.photos;
  if (photos.some(({ failed }) => failed)) return texts.errors.photoFailed;
  return photos.length === 0 ? texts.errors.photoMissing : undefined;
}

const isReady = () => photos.every(({ id }) => id) && fieldsets.every((box) => !faultOf(box));

function showFault(box, fault) {
  box.querySelector('[role=alert]')?.remove();
  const entry = box.querySelector('input, textarea, select, [role=combobox]');
  if (fault) entry.setAttribute('aria-invalid', 'true');
  else entry.removeAttribute('aria-invalid');
  if (!fault) return;
  const label = box.querySelector('span[id], b[id]').textContent;
  box.append(Object.assign(copy('alert'), { textContent: `${label}: ${fault}` }));
}

function refresh(box) {
  if (box && (box.querySelector('[role=alert]') || box.dataset.field === 'photos')) {
    const fault = faultOf(box);
    showFault(box, fault === texts.errors.photoMissing ? undefined : fault);
  }
  nextButton.setAttribute('aria-disabled', String(!isReady()));
  showPreview();
}

function showPreview() {
  const price = fieldset('price').querySelector('input').value.trim();
  const format = new Intl.NumberFormat(texts.locale, {
    style: 'currency',
    currency: texts.currency,
    maximumFractionDigits: 0,
  });
  const title = kind === 'item' ? ['title'] : ['year', 'make', 'model'];
  const shown = title
    .map((name) => textOf(fieldset(name)))
    .join(' ')
    .trim();
  main.querySelector('[data-show=title]').textContent = shown || texts.title;
  main.querySelector('[data-show=price]').textContent = /^\d+$/.test(price) ? format.format(price) : texts.price;
  main.querySelector('[data-show=description]').textContent = fieldset('description').querySelector('textarea').value;
}

for (const box of fieldsets) {
  box.addEventListener('input', () => refresh(box));
  box.addEventListener('change', () => {
    if (box.dataset.field !== 'photos') showFault(box, textOf(box) === '' ? undefined : faultOf(box));
    refresh(box);
  });
}

// Popups

let openList;

function closeList() {
  openList?.list.remove();
  openList?.anchor.setAttribute('aria-expanded', 'false');
  openList = undefined;
}

function showList(anchor, options, choose) {
  closeList();
  const list = copy('list');
  for (const { value, label } of options) {
    const option = Object.assign(copy('option'), { textContent: label });
    option.setAttribute('aria-selected', String(value === anchor.dataset.value));
    option.addEventListener('click', () => {
      closeList();
      choose({ value, label });
    });
    list.append(option);
  }
  const { left, bottom, width } = anchor.getBoundingClientRect();
  Object.assign(list.style, { left: `${left + scrollX}px`, top: `${bottom + scrollY + 4}px`, width: `${width}px` });
  document.body.append(list);
  anchor.setAttribute('aria-expanded', 'true');
  openList = { list, anchor };
}

document.addEventListener('keydown', ({ key }) => key === 'Escape' && closeList());
document.addEventListener('mousedown', ({ target }) => openList && !openList.list.contains(target) && closeList());

for (const pick of main.querySelectorAll('[data-options]')) {
  const open = async () => {
    await delay(0.5);
    showList(pick, JSON.parse(pick.dataset.options), ({ value, label }) => {
      pick.dataset.value = value;
      pick.textContent = label;
      pick.dispatchEvent(new Event('change', { bubbles: true }));
    });
  };
  pick.addEventListener('click', open);
  pick.addEventListener('keydown', ({ key }) => key === 'Enter' && open());
}

const place = fieldset('location').querySelector('input');
let typing;
place.addEventListener('input', () => {
  clearTimeout(typing);
  typing = setTimeout(async () => {
    const { ok, body: found } = await call(`/ajax/places?q=${encodeURIComponent(place.value)}`);
    if (!ok) return;
    if (found.length === 0) return closeList();
    showList(
      place,
      found.map((name) => ({ value: name, label: name })),
      ({ value }) => {
        place.value = value;
        place.dataset.chosen = value;
        place.dispatchEvent(new Event('change', { bubbles: true }));
      },
    );
  }, Number(main.dataset.delay));
});

// Calls. A session that has ended, or a checkpoint, takes the whole page elsewhere.

async function call(address, options) {
  const answer = await fetch(address, options).catch(() => undefined);
  const body = await answer?.json().catch(() => undefined);
  if (answer?.status === 401 || answer?.status === 403) location.href = body?.redirect ?? '/login';
  return { ok: answer?.ok ?? false, body };
}

// Photos

const files = fieldset('photos').querySelector('input[type=file]');
files.addEventListener('change', async () => {
  const added = [...files.files].map((file) => addPhoto(file));
  files.value = '';
  refresh(fieldset('photos'));
  await Promise.all(added);
});

async function addPhoto(file) {
  const figure = copy('photo');
  const picture = figure.querySelector('img');
  picture.src = URL.createObjectURL(file);
  const photo = { id: undefined, failed: false };
  photos.push(photo);
  picture.alt = `${texts.photo} ${photos.length}`;
  main.querySelector('[data-photos]').append(figure);
  if (photos.length === 1) showCover(picture.src);
  await delay();
  const { ok, body } = await call('/ajax/photos', {
    method: 'POST',
    headers: { 'content-type': file.type },
    body: file,
  });
  if (ok) photo.id = body.id;
  else photo.failed = true;
  figure.querySelector('[role=progressbar]').remove();
  refresh(fieldset('photos'));
}

function showCover(src) {
  const cover = main.querySelector('[data-cover]');
  cover.replaceChildren(Object.assign(document.createElement('img'), { src, alt: '' }));
}

// Steps

function showStep(step) {
  for (const section of main.querySelectorAll('[data-step]')) section.hidden = section.dataset.step !== String(step);
  scrollTo(0, 0);
}

const press = (button, act) => {
  button.addEventListener('click', act);
  button.addEventListener('keydown', ({ key }) => key === 'Enter' && act());
};

press(nextButton, async () => {
  closeList();
  if (!isReady()) {
    for (const box of fieldsets) showFault(box, faultOf(box));
    return;
  }
  await delay();
  showStep(2);
});
press(main.querySelector('[data-back]'), () => showStep(1));

function showProblem(text) {
  const alert = copy('alert');
  main.querySelector('[data-problem]').replaceChildren(alert);
  alert.textContent = text;
}

function publishable(on) {
  publishButton.setAttribute('aria-disabled', String(!on));
  publishButton.textContent = on ? texts.publish : texts.publishing;
}

press(publishButton, async () => {
  if (publishButton.getAttribute('aria-disabled') === 'true') return;
  publishable(false);
  main.querySelector('[data-problem]').replaceChildren();
  const fields = Object.fromEntries(
    fieldsets.filter((box) => box.dataset.field !== 'photos').map((box) => [box.dataset.field, textOf(box)]),
  );
  const { body } = await call('/ajax/listings', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ draft: main.dataset.draft, kind, fields, photos: photos.map(({ id }) => id) }),
  });
  if (body?.redirect) {
    await delay();
    location.href = body.redirect;
    return;
  }
  publishable(true);
  if (body?.errors) {
    showStep(1);
    for (const { field, error } of body.errors) showFault(fieldset(field), texts.errors[error]);
  } else showProblem(body?.problem ?? texts.somethingWrong);
});
