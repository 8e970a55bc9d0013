import Type, { type Static } from 'typebox';
import { type Field, forms, type Kind } from './form-fields.ts';
import { isPlace } from './places.ts';
import type { Text } from './texts/en.ts';

/** What the form sends when Publish is clicked. */
export const Submission = Type.Object({
  /** Which form it was. Browsers repeat a request whose connection breaks: that is one listing all the same. */
  draft: Type.String({ minLength: 8, maxLength: 64 }),
  kind: Type.Union([Type.Literal('item'), Type.Literal('vehicle')]),
  fields: Type.Record(Type.String(), Type.String({ maxLength: 6_000 })),
  photos: Type.Array(Type.String(), { maxItems: 40 }),
});
/** See {@link Submission}. */
export type Submission = Static<typeof Submission>;

/** A field that is not right: its name, and which of the site's messages says why. */
export interface FieldError {
  field: string;
  error: keyof Text['errors'];
}

const PROHIBITED = /\b(replica|counterfeit|falsificaci[oó]n)\b/i;
const RULES: Record<string, (value: string) => keyof Text['errors'] | undefined> = {
  title: (value) => (value.length > 100 ? 'title' : undefined),
  price: (value) => (/^\d{1,7}$/.test(value) ? undefined : 'price'),
  mileage: (value) => (/^\d{1,6}$/.test(value) ? undefined : 'mileage'),
  vin: (value) => (/^[A-Z\d]{17}$/i.test(value) ? undefined : 'vin'),
  location: (value) => (isPlace(value) ? undefined : 'location'),
  description: (value) => (value.length > 5_000 ? 'description' : PROHIBITED.test(value) ? 'prohibited' : undefined),
};

/** The errors of a submission, none when it can be published. */
export function checkListing({ kind, fields, photos }: Submission): FieldError[] {
  const errors = forms[kind].flatMap((field) => errorOf(field, fields[field.name]?.trim() ?? ''));
  if (photos.length === 0) errors.push({ field: 'photos', error: 'photoMissing' });
  if (photos.length > 20) errors.push({ field: 'photos', error: 'photos' });
  return errors;
}

function errorOf({ name, required, choices }: Field, value: string): FieldError[] {
  if (value === '') return required ? [{ field: name, error: 'missing' }] : [];
  if (choices && !choices.includes(value)) return [{ field: name, error: 'missing' }];
  const error = RULES[name]?.(value);
  return error ? [{ field: name, error }] : [];
}

/** A listing's title; a vehicle's is made of its year, make and model. */
export const titleOf = (kind: Kind, fields: Readonly<Record<string, string>>): string =>
  kind === 'item' ? (fields.title ?? '').trim() : [fields.year, fields.make, fields.model].join(' ').trim();
