import Type, { type Static } from 'typebox';
import { en, type Text } from './en.ts';
import { es } from './es.ts';

/** The languages that an account can have. */
export const Language = Type.Union([Type.Literal('en'), Type.Literal('es')]);
/** See {@link Language}. */
export type Language = Static<typeof Language>;

/** What the site says, by language. */
export const texts: Readonly<Record<Language, Text>> = { en, es };

/** The language of a visitor who has not logged in, by what the browser asks for. */
export const languageOf = (acceptLanguage = ''): Language => (/^es\b/i.test(acceptLanguage) ? 'es' : 'en');

/** An amount as the language writes it, in its currency and without cents. */
export const money = (amount: number, { locale, currency }: Text): string =>
  new Intl.NumberFormat(locale, { style: 'currency', currency, maximumFractionDigits: 0 }).format(amount);

/** A day as the language writes it. */
export const day = (date: Date, { locale }: Text): string =>
  new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }).format(date);
