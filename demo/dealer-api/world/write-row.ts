import { type DgiField, type DgiModule, dgiModules } from '@lanekeeper/dgi/modules';
import type { Scene } from './scene.ts';

/** A value before it is written as the document wants it; times are wall clock seconds. */
export type Value = string | number | undefined;
/** Values by field name; what is not named is an empty text. */
export type Values = Readonly<Record<string, Value>>;

const byModule = new Map([...dgiModules.values()].map((module) => [module.module, module]));

/** What a row is made of. */
export type NewRow = {
  readonly created: number;
  /** Default: when it was created. */
  readonly modified?: number | undefined;
  readonly values: Values;
  readonly lines?: Readonly<Record<string, readonly Values[]>>;
};

/** Adds a row to the scene, written as the document writes that module. */
export function writeRow(
  scene: Scene,
  moduleName: string,
  { created, modified = created, values, lines = {} }: NewRow,
): void {
  const module = moduleNamed(moduleName);
  const { dealerId } = scene.dealer;
  const times = { createdTime: created, modifiedTime: modified };
  const row = write(module.fields, { ...values, dealerId, ...times });
  for (const { name, fields } of module.nested) {
    row[name] = (lines[name] ?? []).map((line) => write(fields, { ...line, ...times }));
  }
  const documentNumber = String(values[module.naturalKey[1]]);
  scene.rows.push({ module: moduleName, dealerId, documentNumber, createdAt: created, modifiedAt: modified, row });
}

/** A module by the name it has in the protocol. @throws RangeError for another name. */
export function moduleNamed(name: string): DgiModule {
  const found = byModule.get(name);
  if (found === undefined) throw new RangeError(`no module ${name}`);
  return found;
}

/** `DD/MM/YYYY HH:MM:SS` */
export function timeStamp(seconds: number): string {
  const iso = new Date(seconds * 1_000).toISOString();
  return `${iso.slice(8, 10)}/${iso.slice(5, 7)}/${iso.slice(0, 4)} ${iso.slice(11, 19)}`;
}

function write(fields: readonly DgiField[], values: Values): Record<string, unknown> {
  const unknown = Object.keys(values).find(
    (name) => fields.every((field) => field.name !== name) && name !== 'dealerId',
  );
  if (unknown !== undefined) throw new RangeError(`no field ${unknown}`);
  return Object.fromEntries(fields.map((field) => [field.name, format(field, values[field.name])]));
}

function format({ name, kind, decimals }: DgiField, value: Value): unknown {
  if (value === undefined) return kind === 'number' && decimals === 0 ? 0 : '';
  if (typeof value === 'string') return value;
  if (kind === 'date') return timeStamp(value).slice(0, 10);
  if (kind === 'datetime') return timeStamp(value);
  if (kind === 'time') return timeStamp(value).slice(11, 16);
  // Percentages and coordinates are texts with a decimal comma; money is a number.
  if (name.endsWith('Percentage')) return value.toFixed(1).replace('.', ',');
  if (decimals === 6) return value.toFixed(6).replace('.', ',');
  return kind === 'number' ? value : String(value);
}
