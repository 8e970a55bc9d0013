import type { DealerGroup } from './dealer-groups.ts';
import { buildWorld } from './world/build-world.ts';
import { HISTORY_DAYS, type StoredRow } from './world/scene.ts';
import { moduleNamed, timeStamp } from './world/write-row.ts';

/** What rows are asked for. Times are wall clock seconds, both included. */
export type Query = {
  readonly module: string;
  readonly from: number;
  readonly to: number;
  /** Empty: all dealers of the group. */
  readonly dealerId: string;
  readonly filters?: Readonly<Record<string, string>>;
};

/** Many rows that are made when they are asked for. */
export type Bulk = { readonly module: string; readonly dealerId: string; readonly count: number; readonly at: number };

/** Rows and their lines in a time range. */
export type Counts = { rows: number; lines: Record<string, number> };

/** The rows of one group. */
export class Store {
  readonly group: DealerGroup;
  readonly #rows: readonly StoredRow[];
  readonly #bulks: Bulk[] = [];

  constructor(group: DealerGroup, options: { seed: number; baseDate: Date }) {
    this.group = group;
    this.#rows = buildWorld(group, options);
  }

  /** Matching rows in the order of their creation, those of a bulk last. */
  *find(query: Query): Generator<StoredRow, void> {
    const wanted = Object.entries(query.filters ?? {}).filter(([, value]) => value !== '');
    const matches = (row: StoredRow) => isIn(row, query) && wanted.every(([name, value]) => holds(row, name, value));
    yield* this.#rows.filter(matches).sort((a, b) => a.createdAt - b.createdAt);
    for (const bulk of this.#bulks) for (const row of this.#expand(bulk)) if (matches(row)) yield row;
  }

  /** Counts what {@link find} finds. */
  count(query: Query): Counts {
    const lines = Object.fromEntries(moduleNamed(query.module).nested.map(({ name }) => [name, 0]));
    const counts: Counts = { rows: 0, lines };
    for (const { row } of this.find(query)) {
      counts.rows += 1;
      for (const name of Object.keys(lines)) lines[name] = (lines[name] ?? 0) + (row[name] as unknown[]).length;
    }
    return counts;
  }

  /** Marks a dealer's oldest rows as changed at that moment; returns their document numbers. */
  touch({ module, dealerId, count, at }: Bulk): string[] {
    const oldest = this.#rows
      .filter((row) => row.module === module && row.dealerId === dealerId)
      .sort((a, b) => a.createdAt - b.createdAt)
      .slice(0, count);
    for (const stored of oldest) {
      stored.modifiedAt = at;
      stored.row.modifiedTime = timeStamp(at);
    }
    return oldest.map(({ documentNumber }) => documentNumber);
  }

  /** Adds many rows, all created at one moment. @throws RangeError when the dealer has no row of that module to vary. */
  addBulk(bulk: Bulk): void {
    if (this.#models(bulk).length === 0) throw new RangeError(`no row of ${bulk.module} to vary`);
    this.#bulks.push(bulk);
  }

  #models({ module, dealerId }: Bulk): StoredRow[] {
    return this.#rows.filter((row) => row.module === module && row.dealerId === dealerId);
  }

  *#expand(bulk: Bulk): Generator<StoredRow, void> {
    const models = this.#models(bulk);
    const keyName = moduleNamed(bulk.module).naturalKey[1];
    const time = timeStamp(bulk.at);
    for (let index = 0; index < bulk.count; index += 1) {
      const model = models[index % models.length];
      if (model === undefined) return;
      const documentNumber = `BULK/${bulk.dealerId}/${String(index).padStart(6, '0')}`;
      const row = { ...model.row, [keyName]: documentNumber, createdTime: time, modifiedTime: time };
      yield { ...model, documentNumber, row, createdAt: bulk.at, modifiedAt: bulk.at };
    }
  }
}

/** Rows older than this cannot be read any more; counted from the first second of today. */
export function historyLimit(today: number): number {
  return today - HISTORY_DAYS * 24 * 3_600;
}

function isIn(row: StoredRow, { module, from, to, dealerId }: Query): boolean {
  if (row.module !== module || (dealerId !== '' && row.dealerId !== dealerId)) return false;
  return [row.createdAt, row.modifiedAt].some((time) => time >= from && time <= to);
}

/** Whether a field of the row or of one of its lines has the value. A filter that no field answers to is ignored. */
function holds({ module, row }: StoredRow, name: string, value: string): boolean {
  // The document calls the sales order filter of parts sales noPO.
  const field = module === 'prsl' && name === 'noPO' ? 'noSO' : name;
  const lines = Object.values(row).flatMap((part) => (Array.isArray(part) ? (part as Record<string, unknown>[]) : []));
  const found = [row, ...lines].map((part) => part[field]).filter((part) => part !== undefined);
  return found.length === 0 || found.includes(value);
}
