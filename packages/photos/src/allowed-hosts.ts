/**
 * Hosts that are exempt from the address guard: `host` (any port) or `host:port`, as in `PHOTO_ALLOWED_HOSTS`.
 * Compared as URLs write them: lower case, IPv6 in brackets.
 */
export type AllowedHosts = ReadonlySet<string>;

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** Splits a comma-separated list. */
export function parseAllowedHosts(list: string): AllowedHosts {
  const entries = list.split(',').map((entry) => entry.trim().toLowerCase());
  return new Set(entries.filter((entry) => entry !== ''));
}

/** Whether a URL's host, alone or with its port, is on the list. */
export function isAllowedHost(url: URL, hosts: AllowedHosts): boolean {
  const port = url.port === '' ? DEFAULT_PORTS[url.protocol] : url.port;
  return hosts.has(url.hostname) || hosts.has(`${url.hostname}:${port}`);
}
