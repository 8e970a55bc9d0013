import type { Person } from './people.ts';
import type { Unit } from './scene.ts';

/** An order: each later step refers to it. */
export type Order = {
  readonly person: Person;
  readonly staff: string;
  readonly unit: Unit;
  readonly credit: boolean;
  readonly idProspect: string;
  readonly idSpk: string;
  readonly idCustomer: string;
  readonly idSO: string;
  readonly at: number;
};
