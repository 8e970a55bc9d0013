import type { DgiField, DgiModule, DgiNested } from '../modules/module-table.ts';

/** Finds a field or nested table by any of its spellings. */
export type Spellings<T> = { find(name: string): T | undefined };

/** How the fields of a row or line are read. */
export type FieldsPlan = {
  readonly fields: readonly DgiField[];
  readonly spellings: Spellings<number>;
  /** A null for each field. Copies of it have their whole size at once, which makes less garbage than growing. */
  readonly empty: Readonly<Record<string, null>>;
};

/** How the rows of a module are read: made once per module. */
export type ModulePlan = FieldsPlan & {
  readonly dealerField: DgiField;
  readonly keyField: DgiField;
  readonly nested: readonly NestedPlan[];
  readonly nestedSpellings: Spellings<number>;
};

/** How the lines of a nested table are read. */
export type NestedPlan = FieldsPlan & { readonly name: string };

const plans = new WeakMap<DgiModule, ModulePlan>();

/** The plan of a module. @throws Error when its key is not among its fields. */
export function planOf(module: DgiModule): ModulePlan {
  const known = plans.get(module);
  if (known !== undefined) return known;
  const plan = makePlan(module);
  plans.set(module, plan);
  return plan;
}

function makePlan(module: DgiModule): ModulePlan {
  const [dealerField, keyField] = module.naturalKey.map((name) => module.fields.find((field) => field.name === name));
  if (dealerField === undefined || keyField === undefined) throw new Error(`${module.module} has no key field`);
  return {
    ...planFields(module.fields),
    dealerField,
    keyField,
    nested: module.nested.map(planNested),
    nestedSpellings: spellingsOf(module.nested.map(({ name }) => ({ name, aliases: [] }))),
  };
}

function planNested({ name, fields }: DgiNested): NestedPlan {
  return { name, ...planFields(fields) };
}

function planFields(fields: readonly DgiField[]): FieldsPlan {
  return { fields, spellings: spellingsOf(fields), empty: Object.fromEntries(fields.map(({ name }) => [name, null])) };
}

function spellingsOf(named: readonly { name: string; aliases: readonly string[] }[]): Spellings<number> {
  const places = new Map<string, number>();
  // Names win over the aliases of others.
  named.forEach(({ aliases }, place) => {
    for (const alias of aliases) places.set(alias.toLowerCase(), place);
  });
  named.forEach(({ name }, place) => {
    places.set(name.toLowerCase(), place);
  });
  named.forEach(({ name }, place) => {
    places.set(name, place);
  });
  return { find: (name) => places.get(name) ?? places.get(name.trim().toLowerCase()) };
}
