import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The host leads only to addresses that must not be fetched from. Thrown while connecting. */
export class ForbiddenAddressError extends Error {
  readonly code = 'PHOTO_ADDRESS_FORBIDDEN';

  constructor(host: string) {
    super(`${host} leads to a private or reserved address`);
    this.name = 'ForbiddenAddressError';
  }
}

/** Global unicast, RFC 4291 and the IANA registry: all other IPv6 space is reserved or local. */
const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3');

/**
 * Whether an IP address belongs to the public internet. Private, loopback, link-local, shared (CGNAT), reserved,
 * multicast and unspecified addresses do not; neither does any IPv6 form that embeds an IPv4 address (mapped, 6to4,
 * NAT64, Teredo), since a gateway would turn it into whatever it embeds.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed.kind() === 'ipv4' || parsed.match(GLOBAL_IPV6);
}

/** The literal IP address that a URL's host is, without brackets; undefined for a name. */
export function literalAddress(url: URL): string | undefined {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return ipaddr.isValid(host) ? host : undefined;
}

/** How names are resolved; the system's resolver unless a test says otherwise. */
export type Resolve = (
  host: string,
  options: { all: true; family?: number },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * A `lookup` for sockets that hands out public addresses only. Being asked for at connect time, it sees the very
 * addresses that are connected to: a name that changes its answer between check and use (DNS rebinding) gains nothing.
 */
export function guardedLookup(resolve: Resolve = systemLookup as Resolve): LookupFunction {
  return (host, options, done) => {
    const family = typeof options.family === 'number' ? { family: options.family } : {};
    resolve(host, { all: true, ...family }, (error, addresses) => {
      if (error) return done(error, '', 0);
      const open = addresses.filter(({ address }) => isPublicAddress(address));
      const first = open[0];
      if (first === undefined) return done(new ForbiddenAddressError(host), '', 0);
      if (options.all) done(null, open);
      else done(null, first.address, first.family);
    });
  };
}
