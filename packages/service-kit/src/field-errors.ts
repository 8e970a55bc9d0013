import type { FieldError } from './problem.ts';

/** A fault as TypeBox reports it. */
export type SchemaFault = { keyword: string; instancePath: string; params: unknown; message?: string };

/**
 * Turns a schema's faults into one readable rule per offending field. Missing and unknown fields are named by
 * themselves, the alternatives of a choice are gathered into one rule, and what only repeats another fault is left out.
 */
export function fieldErrors(faults: readonly SchemaFault[]): FieldError[] {
  const allowed = new Map<string, unknown[]>();
  const found = new Map<string, FieldError>();
  for (const fault of faults) {
    for (const error of describe(fault, allowed)) found.set(error.pointer, found.get(error.pointer) ?? error);
  }
  for (const [pointer, values] of allowed) {
    found.set(pointer, { pointer, detail: `must be one of ${values.map((v) => `"${v}"`).join(', ')}` });
  }
  if (found.size === 0) return faults.slice(0, 1).map((fault) => ruleOf(fault));
  return [...found.values()];
}

function describe(fault: SchemaFault, allowed: Map<string, unknown[]>): FieldError[] {
  const params = fault.params as Record<string, unknown>;
  const below = (names: unknown, detail: string) =>
    (names as string[]).map((name) => ({ pointer: `${fault.instancePath}/${escapePointer(name)}`, detail }));
  switch (fault.keyword) {
    case 'required':
      return below(params.requiredProperties, 'is required');
    case 'additionalProperties':
      return below(params.additionalProperties, 'is not a known field');
    case 'const':
      allowed.set(fault.instancePath, [...(allowed.get(fault.instancePath) ?? []), params.allowedValue]);
      return [];
    case 'boolean': // every unknown field, again
    case 'anyOf': // its alternatives are reported one by one
      return [];
    default:
      return [ruleOf(fault)];
  }
}

function ruleOf({ instancePath, message }: SchemaFault): FieldError {
  return { pointer: instancePath, detail: message ?? 'is not valid' };
}

function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
