import type { StorageState } from './browser-run.ts';

/** Replaces secrets in a text. */
export type Mask = (text: string) => string;

const MASKED = '[masked]';
// Shorter values (a flag, a language) occur everywhere and open nothing.
const MIN_LENGTH = 6;

/**
 * A mask for every value of a session (cookies, local storage) and for further secrets, in the forms in which they occur
 * in pages, URLs and JSON.
 */
export function maskOf(states: readonly StorageState[], secrets: readonly string[] = []): Mask {
  const values = states.flatMap(sessionValues).filter(({ length }) => length >= MIN_LENGTH);
  const all = new Set([...values, ...secrets.filter(Boolean)].flatMap(formsOf));
  const longestFirst = [...all].sort((one, other) => other.length - one.length);
  return (text) => longestFirst.reduce((masked, secret) => masked.replaceAll(secret, MASKED), text);
}

const sessionValues = ({ cookies, origins }: StorageState): string[] => [
  ...cookies.map(({ value }) => value),
  ...origins.flatMap(({ localStorage }) => localStorage.map(({ value }) => value)),
];

const formsOf = (secret: string): string[] => [
  secret,
  encodeURIComponent(secret),
  JSON.stringify(secret).slice(1, -1),
  secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
];
