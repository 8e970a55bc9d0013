import type { DgiModule } from '../modules/module-table.ts';
import { DgiError } from './dgi-error.ts';
import type { DgiEndpoint, WindowRequest } from './dgi-types.ts';

/**
 * The JSON body of a request; unused filters are left out.
 * @throws DgiError `DGI_FILTER` naming a filter that the module does not have.
 */
export function requestBody({ endpoint, module, dealerId, from, to, filters = {} }: WindowRequest): string {
  const named = Object.entries(filters)
    .filter(([, value]) => value.trim() !== '')
    .map(([name, value]) => [sentName(endpoint, module, name), value.trim()]);
  const dealer = dealerId === undefined ? {} : { dealerId };
  return JSON.stringify({ fromTime: from, toTime: to, ...dealer, ...Object.fromEntries(named) });
}

function sentName(
  { prslFilter = 'noPO' }: DgiEndpoint,
  { module, filters, fetchType }: DgiModule,
  name: string,
): string {
  if (filters.every((filter) => filter.name !== name)) {
    const known = filters.map((filter) => filter.name).join(', ') || 'none';
    throw new DgiError('DGI_FILTER', `${fetchType} has no filter ${name}; it has: ${known}`);
  }
  return module === 'prsl' && name === 'noPO' ? prslFilter : name;
}
