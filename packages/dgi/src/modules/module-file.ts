import { readFileSync } from 'node:fs';
import path from 'node:path';
import Type, { type Static } from 'typebox';
import { Check, Errors } from 'typebox/value';

const Text = Type.String({ minLength: 1 });
const TextOrNull = Type.Union([Text, Type.Null()]);
const Names = Type.Array(Text);
const scalarTypes = ['varchar', 'date', 'time', 'number', 'int', 'float', 'decimal'] as const;

/** A field with one value, as the file writes it. */
const FileScalar = Type.Object(
  {
    name: Text,
    type: Type.Union(scalarTypes.map((name) => Type.Literal(name))),
    maxLength: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]),
    required: Type.Union([Type.Boolean(), Type.Null()]),
    format: TextOrNull,
    description: Text,
    pk: Type.Optional(Type.Literal(true)),
    template: Type.Optional(Text),
    codes: Type.Optional(Type.Record(Type.String(), Text)),
    personal: Type.Optional(Text),
    aliases: Type.Optional(Names),
  },
  { additionalProperties: false },
);
/** See {@link FileScalar}. */
export type FileScalar = Static<typeof FileScalar>;

/** A field with a list of lines, as the file writes it. */
const FileArray = Type.Object(
  {
    name: Text,
    type: Type.Literal('array'),
    required: Type.Null(),
    description: Text,
    itemKeyHint: Names,
    items: Type.Array(FileScalar, { minItems: 1 }),
  },
  { additionalProperties: false },
);
/** See {@link FileArray}. */
export type FileArray = Static<typeof FileArray>;

/** One module as the file writes it; any property that is not named here is an error in the file. */
const FileModule = Type.Object(
  {
    module: Type.String({ pattern: '^[a-z0-9]+$' }),
    path: Type.String({ pattern: '^/dgi-api/v1\\.3/[a-z0-9]+/read$' }),
    method: Type.Literal('POST'),
    fetchType: Type.String({ pattern: '^[a-z0-9_]+$' }),
    area: Type.Union([Type.Literal('H1'), Type.Literal('H23')]),
    title: Text,
    appearsWhen: Text,
    naturalKey: Type.Tuple([Type.Literal('dealerId'), Text]),
    filters: Type.Array(
      Type.Object(
        {
          name: Text,
          type: Type.Literal('varchar'),
          required: Type.Boolean(),
          format: TextOrNull,
          description: Text,
          aliases: Type.Optional(Names),
        },
        { additionalProperties: false },
      ),
    ),
    fields: Type.Array(Type.Union([FileScalar, FileArray]), { minItems: 1 }),
    notes: Type.Array(Text),
  },
  { additionalProperties: false },
);
/** See {@link FileModule}. */
export type FileModule = Static<typeof FileModule>;

const ModuleFile = Type.Array(FileModule, { minItems: 1 });

/**
 * Checks the content of dgi-modules.json.
 * @throws Error naming the place and the rule it breaks.
 */
export function checkModuleFile(content: unknown): readonly FileModule[] {
  if (Check(ModuleFile, content)) return content;
  const [first] = Errors(ModuleFile, content);
  throw new Error(`dgi-modules.json is not valid: ${first?.instancePath || '/'} ${first?.message ?? ''}`);
}

/** Reads and checks dgi-modules.json, which lies beside this file. @throws Error when it is not valid. */
export function readModuleFile(): readonly FileModule[] {
  const text = readFileSync(path.join(import.meta.dirname, 'dgi-modules.json'), 'utf8');
  return checkModuleFile(JSON.parse(text));
}
