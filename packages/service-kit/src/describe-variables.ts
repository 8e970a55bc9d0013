import type { TObject, TSchema } from 'typebox';

/** One variable as documentation shows it. */
export type VariableDescription = { name: string; default: string; rule: string; description: string };

type Facts = {
  type?: string;
  minimum?: number;
  maximum?: number;
  default?: unknown;
  description?: string;
  anyOf?: readonly { const?: unknown }[];
};

/** What a configuration schema says of each variable, in alphabetical order. */
export function describeVariables(schema: TObject): VariableDescription[] {
  return Object.entries(schema.properties as Record<string, TSchema & Facts>)
    .map(([name, field]) => ({
      name,
      default: field.default === undefined ? '(required)' : field.default === '' ? '' : String(field.default),
      rule: ruleOf(field),
      description: field.description ?? '',
    }))
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

function ruleOf({ type, minimum, maximum, anyOf }: Facts): string {
  if (anyOf) return anyOf.map((option) => String(option.const)).join(', ');
  if (type !== 'integer' && type !== 'number') return type ?? 'text';
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`;
  return minimum === undefined ? type : `${minimum} or more`;
}
