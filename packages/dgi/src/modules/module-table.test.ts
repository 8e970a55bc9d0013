import { describe, expect, it } from 'vitest';
import { templatePattern } from '../rows/template-pattern.ts';
import { checkModuleFile } from './module-file.ts';
import { dgiModules, fetchTypes, moduleOf } from './module-table.ts';

const modules = [...dgiModules.values()];

describe('the module table', () => {
  it('holds the 15 modules of the document', () => {
    expect(modules.map(({ module }) => module).join(' ')).toBe(
      'prsp spk bast inv1 lsng doch uinb mdinvh1 pkb inv2 unpaidhlo dphlo pinb prsl mdinvh3',
    );
    expect(moduleOf('prospect').path).toBe('/prsp/read');
  });

  it('names all fetch types when one is unknown', () => {
    expect(() => moduleOf('prospects')).toThrow(new RangeError(`fetch_type must be one of ${fetchTypes.join(', ')}`));
  });

  it('maps no_po to the purchase order filter of each module that has one', () => {
    const mapped = modules
      .filter(({ noPoFilter }) => noPoFilter !== null)
      .map(({ fetchType, noPoFilter }) => [fetchType, noPoFilter]);
    expect(Object.fromEntries(mapped)).toEqual({
      uinb_read: 'poId',
      mdinvh1_read: 'poId',
      parts_inbound: 'noPO',
      prsl_read: 'noPO',
      mdinvh3_read: 'noPO',
    });
  });

  it.each(modules)('$module has its key among its fields, and no spelling twice', ({ naturalKey, fields, nested }) => {
    const names = [...fields.map(({ name }) => name), ...nested.map(({ name }) => name)];
    expect(names).toEqual(expect.arrayContaining([...naturalKey]));
    for (const list of [
      [...fields, ...nested.map(({ name }) => ({ name, aliases: [] }))],
      ...nested.map((table) => table.fields),
    ]) {
      const spellings = list.flatMap(({ name, aliases }) => [
        ...new Set([name, ...aliases].map((text) => text.toLowerCase())),
      ]);
      expect(new Set(spellings).size).toBe(spellings.length);
    }
  });

  it('refuses a file that breaks its rules, naming the place', () => {
    expect(() => checkModuleFile([])).toThrow('dgi-modules.json is not valid');
    expect(() => checkModuleFile([{ module: 'prsp' }])).toThrow(/\/0/);
  });
});

it.each([
  ['SPK/[dealer]/YY/MM/[seq]', 'SPK/08138/26/11/00001', true],
  ['SPK/[dealer]/YY/MM/[seq]', 'SPK-08138-26-11-00001', false],
  ['DO/[dealer]/ddmmyy/[seq]', 'DO/08138/241126/1', true],
  ['PO/HLO/[dealer]/YYMM/[seq]', 'PODRAFT-08138-1', false],
  ['[mainDealer]/[dealer]/YY/MM/PSP/[source]/[seq]', 'H2Z/08138/26/11/PSP/0001/7', true],
])('the template %s against %s: %s', (template, number, fits) => {
  expect(templatePattern(template).test(number)).toBe(fits);
});
