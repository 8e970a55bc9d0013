/** Longest photo URL accepted, in characters; the contract of `remove-bg` has the same bound. */
const MAX_LENGTH = 2048;

/**
 * What is wrong with a photo's URL, as a rule; undefined when nothing is. Looks at the text only: whether the address
 * behind it may be fetched is decided by the worker, at the moment it connects, since a name can change its address.
 */
export function photoUrlFault(text: string): string | undefined {
  if (text.length > MAX_LENGTH) return `must have at most ${MAX_LENGTH} characters`;
  if (/\s/.test(text)) return 'must not contain white space';
  const url = URL.parse(text);
  if (url === null) return 'must be an absolute http or https URL';
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'must be an http or https URL';
  if (!/^https?:\/\//.test(text)) return 'must begin with http:// or https://';
  if (url.username !== '' || url.password !== '') return 'must not contain a user name or password';
  return undefined;
}
