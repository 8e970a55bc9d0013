const MAX_QUOTE = 160;

/**
 * A server's text, fit for a message: secrets and whatever looks like a key, a token, a number of a person or an e-mail
 * address are masked, and it is cut to 160 characters.
 */
export function quoteText(text: string, secrets: readonly string[]): string {
  let plain = text.replace(/\s+/g, ' ').trim();
  for (const secret of secrets) if (secret !== '') plain = plain.replaceAll(secret, '***');
  const masked = plain
    .replace(/[^\s"']+@[^\s"']+/g, '***')
    .replace(/[A-Za-z0-9_+/=-]{24,}/g, '***')
    .replace(/\d[\d.-]{6,}\d/g, '***');
  return masked.length > MAX_QUOTE ? `${masked.slice(0, MAX_QUOTE)}...` : masked;
}
