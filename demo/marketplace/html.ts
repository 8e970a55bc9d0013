import { createHash } from 'node:crypto';

/** Markup that is put into other markup as it is; every other value is escaped. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

type Value = Html | string | number | undefined | false | readonly Value[];

/** A template tag that escapes what is put in; arrays are joined, `false` and `undefined` are nothing. */
export const html = (parts: TemplateStringsArray, ...values: Value[]): Html =>
  new Html(parts.reduce((text, part, at) => text + markupOf(values[at - 1]) + part));

function markupOf(value: Value): string {
  if (value === undefined || value === false) return '';
  if (Array.isArray(value)) return value.map(markupOf).join('');
  if (value instanceof Html) return value.text;
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return String(value).replace(/[&<>"']/g, (character) => entities[character] as string);
}

/** Turns the names that the pages are written with into ones that differ with each load, as build tools of big sites do. */
export type Names = (name: string) => string;

/** The names of one load. */
export const namesOf =
  (seed: string): Names =>
  (name) =>
    `x${createHash('md5').update(`${seed}/${name}`).digest('hex').slice(0, 7)}`;
