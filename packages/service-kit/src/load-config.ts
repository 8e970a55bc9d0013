import type { Static, TObject, TSchema } from 'typebox';
import { Settings } from 'typebox/system';
import { Errors } from 'typebox/value';

/** The environment does not fit the schema; the message names every wrong variable at once, never a value. */
export class ConfigError extends Error {
  readonly code = 'BAD_CONFIG';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The configuration is not valid:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** A rule over several variables: a sentence per broken rule. */
export type CrossCheck<T> = (config: T) => readonly string[];

/**
 * Reads a service's configuration from the environment: strings become what the schema says (numbers, booleans),
 * absent or empty variables take the schema's `default`.
 * @returns a frozen object with just the schema's keys.
 * @throws ConfigError naming every wrong variable.
 */
export function loadConfig<T extends TObject>(
  schema: T,
  env: NodeJS.ProcessEnv,
  crossCheck: CrossCheck<Static<T>> = () => [],
): Readonly<Static<T>> {
  const config: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(schema.properties)) {
    const value = read(field, env[name]);
    if (value !== undefined) config[name] = value;
  }
  const problems = findProblems(schema, config);
  if (problems.length === 0) problems.push(...crossCheck(config as Static<T>));
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(config) as Readonly<Static<T>>;
}

function read(field: TSchema, text: string | undefined): unknown {
  if (text === undefined || text.trim() === '') return (field as { default?: unknown }).default;
  switch ((field as { type?: string }).type) {
    case 'integer':
    case 'number':
      // Not TypeBox's conversion, which would cut 1.5 down to 1; what is no number stays a text and breaks the rule.
      return Number.isFinite(Number(text)) ? Number(text) : text;
    case 'boolean':
      return text === 'true' || (text === 'false' ? false : text);
    default:
      return text;
  }
}

function findProblems(schema: TObject, config: Record<string, unknown>): string[] {
  Settings.Set({ maxErrors: 100 });
  const problems = Object.keys(schema.properties)
    .filter((name) => !(name in config) && schema.required?.includes(name))
    .map((name) => `${name} is required: ${describe(schema.properties[name])}`);
  for (const [name, value] of Object.entries(config)) {
    const field = schema.properties[name];
    if (field === undefined) continue;
    const first = Errors(field, value)[0];
    if (first) problems.push(`${name} ${first.message}: ${describe(field)}`);
  }
  return problems;
}

function describe(field: TSchema | undefined): string {
  return (field as { description?: string } | undefined)?.description ?? 'see the configuration reference';
}
