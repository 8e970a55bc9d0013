import { readFileSync } from 'node:fs';
import path from 'node:path';
import Type, { type Static } from 'typebox';
import { Parse } from 'typebox/value';

/** What a text in a failed reply stands for: no rows in the period, or an error. */
const Meaning = Type.Union([
  Type.Literal('EMPTY'),
  Type.Literal('DGI_CREDENTIAL'),
  Type.Literal('DGI_SKEW'),
  Type.Literal('DGI_RANGE'),
  Type.Literal('DGI_QUOTA'),
  Type.Literal('DGI_SERVER'),
  Type.Literal('DGI_FILTER'),
]);
/** See {@link Meaning}. */
export type TextMeaning = Static<typeof Meaning>;

const KnownText = Type.Object(
  {
    text: Type.String({ minLength: 3 }),
    match: Type.Union([Type.Literal('equals'), Type.Literal('begins'), Type.Literal('contains')]),
    means: Meaning,
    /** `seen` on a real server, named by the `document`, or `assumed` because the document gives no text. */
    source: Type.Union([Type.Literal('seen'), Type.Literal('document'), Type.Literal('assumed')]),
  },
  { additionalProperties: false },
);
/** A text that servers send, and what it stands for. */
export type KnownText = Static<typeof KnownText>;

/** The texts of known-texts.json. Other main dealers may use others: add them there. */
export const knownTexts: readonly KnownText[] = Parse(
  Type.Array(KnownText),
  JSON.parse(readFileSync(path.join(import.meta.dirname, 'known-texts.json'), 'utf8')),
);

/** What a text of a failed reply stands for, without regard to case and spaces; undefined for an unknown one. */
export function meaningOf(text: string): TextMeaning | undefined {
  const plain = normalize(text);
  return knownTexts.find((known) => matches(plain, known))?.means;
}

function matches(plain: string, { text, match }: KnownText): boolean {
  const wanted = normalize(text);
  switch (match) {
    case 'equals':
      return plain === wanted;
    case 'begins':
      return plain.startsWith(wanted);
    case 'contains':
      return plain.includes(wanted);
  }
}

const normalize = (text: string): string => text.toLowerCase().replace(/\s+/g, ' ').trim();
