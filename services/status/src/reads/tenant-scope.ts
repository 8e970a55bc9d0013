import { problem } from '@lanekeeper/service-kit';
import Type from 'typebox';
import { Compile } from 'typebox/compile';

/** The header in which the gateway says which tenants the caller may see. */
export const TENANTS_HEADER = 'x-lanekeeper-tenants';

/** The tenants whose jobs a caller sees; undefined: all. */
export type TenantScope = ReadonlySet<string> | undefined;

const tenants = Compile(Type.Array(Type.String()));

/**
 * The caller's scope: the header's tenants, and of those only `wanted` when a filter names one.
 * @throws ProblemError INVALID_REQUEST for a header that is no JSON array of strings: it never opens more than it says.
 */
export function tenantScope(header: string | string[] | undefined, wanted?: string): TenantScope {
  const allowed = header === undefined ? undefined : parse(header);
  if (wanted === undefined) return allowed;
  return new Set(allowed === undefined || allowed.has(wanted) ? [wanted] : []);
}

function parse(header: string | string[]): Set<string> {
  try {
    const list: unknown = JSON.parse(String(header));
    if (tenants.Check(list)) return new Set(list.filter((tenant) => tenant !== '')); // nobody's jobs stay nobody's
  } catch (cause) {
    throw malformed(cause);
  }
  throw malformed();
}

function malformed(cause?: unknown) {
  const errors = [{ pointer: `/${TENANTS_HEADER}`, detail: 'must be a JSON array of strings' }];
  return problem('INVALID_REQUEST', `The header ${TENANTS_HEADER} must be a JSON array of strings.`, { errors, cause });
}
