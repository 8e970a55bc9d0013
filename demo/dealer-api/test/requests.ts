import { type DgiEndpoint, moduleOf, type WindowRequest } from '@lanekeeper/dgi';
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
