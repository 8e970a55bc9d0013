import type { Page } from 'playwright-core';
import { SiteError } from '../site-error.ts';
import type { FieldName, Labels } from './labels.ts';
import { appears, onControl, showsUp } from './wait.ts';

// How long a popup may take to open, and then to have all its choices, in milliseconds.
const POPUP_MS = 10_000;
const FULL_MS = 1_000;

/** Fills a form's fields by their names in the page's language; a value that is undefined leaves its field as it is. */
export class Fields {
  readonly #page: Page;
  readonly #labels: Labels;

  constructor(page: Page, labels: Labels) {
    this.#page = page;
    this.#labels = labels;
  }

  /** Types into a text field. */
  async type(field: FieldName, value: string | number | undefined): Promise<void> {
    if (value === undefined) return;
    const name = this.#labels.fields[field];
    const box = this.#page.getByRole('textbox', { name, exact: true });
    await onControl(`field "${name}"`, () => box.fill(String(value)));
  }

  /** Chooses from a list, by the choice's English name. Throws `validation` when the form has no such choice. */
  async choose(field: FieldName, value: string | number | undefined): Promise<void> {
    if (value === undefined) return;
    const name = this.#labels.fields[field];
    const shown = this.#labels.choices[value] ?? String(value);
    const box = this.#page.getByRole('combobox', { name, exact: true });
    await onControl(`list "${name}"`, () => box.waitFor());
    // A native list holds its options itself; a popup has them elsewhere, once it is open.
    const isNative = (await box.getByRole('option').count()) > 0;
    if (!isNative) await onControl(`list "${name}"`, () => box.click());
    if (!isNative) await appears(`choices of "${name}"`, this.#page.getByRole('option'), POPUP_MS);
    const option = (isNative ? box : this.#page).getByRole('option', { name: shown, exact: true });
    const exists = isNative ? (await option.count()) > 0 : await showsUp(option, FULL_MS);
    if (!exists) throw new SiteError('validation', `${name}: the form has no choice "${shown}".`);
    await onControl(`choice "${shown}"`, async () => {
      if (isNative) await box.selectOption({ label: shown });
      else await option.click();
    });
  }

  /** Types a place and chooses the first suggestion that begins with it. Throws `validation` when there is none. */
  async place(field: FieldName, value: string | undefined): Promise<void> {
    if (value === undefined) return;
    const name = this.#labels.fields[field];
    const box = this.#page.getByRole('combobox', { name, exact: true });
    await onControl(`field "${name}"`, () => box.fill(value));
    const suggestion = this.#page.getByRole('option', { name: startingWith(value) }).first();
    if (!(await showsUp(suggestion, POPUP_MS)))
      throw new SiteError('validation', `${name}: the form does not know the place "${value}".`);
    await onControl(`suggestion for "${name}"`, () => suggestion.click());
  }

  /** Ticks a box, or takes its tick away. */
  async tick(field: FieldName, value: boolean | undefined): Promise<void> {
    if (value === undefined) return;
    const name = this.#labels.fields[field];
    const box = this.#page.getByRole('checkbox', { name, exact: true });
    await onControl(`box "${name}"`, () => box.setChecked(value));
  }
}

const startingWith = (text: string): RegExp => new RegExp(`^${text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}`, 'i');
