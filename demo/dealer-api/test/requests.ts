import { inspect } from 'node:util';
import { type DgiClient, type DgiEndpoint, DgiError, localTime, moduleOf, type WindowRequest } from '@lanekeeper/dgi';
import { type DealerGroup, dealerGroups } from '../dealer-groups.ts';

/** A group by name. */
export function groupOf(name: string): DealerGroup {
  const group = dealerGroups.find((one) => one.name === name);
  if (group === undefined) throw new RangeError(name);
  return group;
}

/** The settings with which a group's server is reached. */
export function endpointOf(group: DealerGroup, url: string): DgiEndpoint {
  const { timeZone, tokenSeparator } = group;
  return { baseUrl: `${url}/dgi-api/v1.3`, environment: 'sandbox', timeZone, tokenSeparator };
}

/** A request for the prospects of a group's first dealer; override what matters. */
export function requestOf(group: DealerGroup, url: string, window: { from: string; to: string }): WindowRequest {
  const { apiKey, secretKey } = group;
  const credential = { apiKey, secretKey, environment: 'sandbox' as const };
  const [dealer] = group.dealers;
  const dealerId = dealer === undefined ? {} : { dealerId: dealer.dealerId };
  return { endpoint: endpointOf(group, url), credential, module: moduleOf('prospect'), ...dealerId, ...window };
}

/** The last six days on the group's wall clock: there is data in them. */
export function lastDays({ timeZone }: DealerGroup): { from: string; to: string } {
  const now = Date.now();
  const day = 24 * 3_600_000;
  return { from: localTime(new Date(now - 6 * day), timeZone), to: localTime(new Date(now), timeZone) };
}

/** The failure of a request, which tells a secret in no form. @throws Error when it does, or there is none. */
export async function failureOf(client: DgiClient, request: WindowRequest): Promise<DgiError> {
  const failure = await client.fetchWindow(request, AbortSignal.timeout(60_000)).catch((error: unknown) => error);
  if (!(failure instanceof DgiError)) throw new Error('no DgiError', { cause: failure });
  const { apiKey, secretKey } = request.credential;
  const told = [apiKey, secretKey].some((secret) => inspect(failure, { depth: 5 }).includes(secret));
  if (told) throw new Error('the failure tells a secret');
  return failure;
}
