import { type Job, jobs, type Part, parts, VAT } from './catalogue.ts';
import { type Person, somePerson, someStaff } from './people.ts';
import { later, nextNumber, type Scene, someTime } from './scene.ts';
import type { Values } from './write-row.ts';

/** Parts of one kind, used for one job. */
export type Used = { readonly part: Part; readonly count: number; readonly idJob: string };

/** One visit to the workshop. */
export type Visit = {
  readonly person: Person;
  readonly noWorkOrder: string;
  readonly at: number;
  readonly doneAt: number | undefined;
  readonly done: readonly Job[];
  readonly used: readonly Used[];
  readonly hondaIdSA: string;
  readonly hondaIdMekanik: string;
};

/** A visit to the workshop, of anybody for anything. */
export function someVisit(scene: Scene): Visit {
  const { faker } = scene;
  const at = someTime(scene);
  const done = faker.helpers.arrayElements(jobs, { min: 1, max: 3 });
  const used = faker.helpers
    .arrayElements(parts, { min: 0, max: 3 })
    .map((part) => ({ part, count: faker.number.int({ min: 1, max: 2 }), idJob: faker.helpers.arrayElement(done).id }));
  return {
    at,
    done,
    used,
    doneAt: later(scene, at, 2),
    person: somePerson(scene),
    hondaIdSA: someStaff(scene),
    hondaIdMekanik: someStaff(scene),
    noWorkOrder: nextNumber(scene, 'WO/[dealer]/YY/MM/[seq]', at),
  };
}

/** Price of all the parts used, in rupiah. */
export function priceOf({ part, count }: Pick<Used, 'part' | 'count'>): number {
  return part.price * count;
}

/** The sum of amounts. */
export function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}

/** A parts line as work orders and invoices have it. */
export function partLine(used: Used): Values {
  return {
    idJob: used.idJob,
    partsNumber: used.part.number,
    kuantitas: used.count,
    hargaParts: used.part.price,
    discPartsAmount: 0,
    discPartsPercentage: 0,
    ppn: Math.round(priceOf(used) * VAT),
    totalHargaParts: priceOf(used),
    uangMuka: 0,
  };
}
