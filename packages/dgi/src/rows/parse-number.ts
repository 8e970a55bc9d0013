/** The most digits before the point that a column holds; a JavaScript number keeps them all exactly. */
export const MAX_INTEGER_DIGITS = 15;

const PLAIN = /^[+-]?\d+$/;
const ONE_SEPARATOR = /^[+-]?\d*[.,]\d+$/;
const GROUPED_BY_DOTS = /^[+-]?\d{1,3}(?:\.\d{3})+(?:,\d+)?$/;
const GROUPED_BY_COMMAS = /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/;

/**
 * Reads a JSON number, or a text with a decimal comma or point, with or without grouping.
 * @param decimals what the field is declared with. A field without decimals has no reading of `1.234`, which may be
 *   one thousand or one and a bit.
 * @returns undefined for anything else.
 */
export function parseNumber(value: unknown, decimals: number): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : undefined;
  if (typeof value !== 'string') return undefined;
  const plain = withPoint(value.trim(), decimals);
  // Adding 0 turns -0 into 0, which a database would also do.
  return plain === undefined ? undefined : Number(plain) + 0;
}

function withPoint(text: string, decimals: number): string | undefined {
  if (PLAIN.test(text)) return text;
  if (ONE_SEPARATOR.test(text)) {
    const ambiguous = decimals === 0 && /^[+-]?[1-9]\d{0,2}[.,]\d{3}$/.test(text);
    return ambiguous ? undefined : text.replace(',', '.');
  }
  if (GROUPED_BY_DOTS.test(text)) return text.replaceAll('.', '').replace(',', '.');
  if (GROUPED_BY_COMMAS.test(text)) return text.replaceAll(',', '');
  return undefined;
}

/** Digits before the point: 0 for 0.5, 3 for -123.4. */
export function integerDigits(value: number): number {
  const whole = Math.trunc(Math.abs(value));
  return whole === 0 ? 0 : Math.floor(Math.log10(whole)) + 1;
}
