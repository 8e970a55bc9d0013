import { base, Faker, id_ID } from '@faker-js/faker';
import type { Dealer } from '../dealer-groups.ts';

/** Seconds of a day. */
export const DAY = 24 * 3_600;
/** Seconds of an hour. */
export const HOUR = 3_600;
/** How far back the data reaches: what a server still answers for. */
export const HISTORY_DAYS = 30;

/** A row as the server holds it. Times are seconds of the server's wall clock. */
export type StoredRow = {
  readonly module: string;
  readonly dealerId: string;
  readonly documentNumber: string;
  readonly createdAt: number;
  modifiedAt: number;
  /** As the document writes it: every field, in its order, lines included. */
  readonly row: Record<string, unknown>;
};

/** What the data of one dealer is made with. */
export type Scene = {
  readonly faker: Faker;
  readonly dealer: Dealer;
  readonly mainDealer: string;
  /** The first second after all data: midnight of the base date. */
  readonly end: number;
  readonly rows: StoredRow[];
  /** Motorcycles in stock, with their numbers. */
  readonly stock: Unit[];
  /** Last number given out, by template. */
  readonly sequences: Map<string, number>;
};

/** One motorcycle. */
export type Unit = { code: string; colour: string; engineNumber: string; frameNumber: string; price: number };

/** A scene whose data depends on nothing but the seed, the dealer and the base date. */
export function makeScene(seed: number, mainDealer: string, dealer: Dealer, end: number): Scene {
  const faker = new Faker({ locale: [id_ID, base], seed: seed * 100_003 + Number(dealer.dealerId) });
  return { faker, dealer, mainDealer, end, rows: [], stock: [], sequences: new Map() };
}

/** A time somewhere in the history, by day and at opening hours. */
export function someTime({ faker, end }: Scene): number {
  const day = faker.number.int({ min: 1, max: HISTORY_DAYS });
  return end - day * DAY + faker.number.int({ min: 8 * HOUR, max: 17 * HOUR });
}

/** So much later, give or take a third; undefined when that has not come yet. */
export function later({ faker, end }: Scene, time: number, hours: number): number | undefined {
  const seconds = Math.round(hours * HOUR * faker.number.float({ min: 0.67, max: 1.33 }));
  return time + seconds < end ? time + seconds : undefined;
}

/** Fills a template of the document, `SPK/[dealer]/YY/MM/[seq]`, with the next number. */
export function nextNumber(
  scene: Scene,
  template: string,
  time: number,
  named: Readonly<Record<string, string>> = {},
): string {
  const sequence = (scene.sequences.get(template) ?? 0) + 1;
  scene.sequences.set(template, sequence);
  const date = new Date(time * 1_000).toISOString();
  const [yy, mm, dd] = [date.slice(2, 4), date.slice(5, 7), date.slice(8, 10)];
  const values: Record<string, string> = {
    dealer: scene.dealer.dealerId,
    mainDealer: scene.mainDealer,
    seq: String(sequence).padStart(5, '0'),
    ...named,
  };
  return template
    .replace('ddmmyy', `${dd}${mm}${yy}`)
    .replace(/YY(\/?)MM/, `${yy}$1${mm}`)
    .replace(/\[(\w+)\]/g, (_, name: string) => values[name] ?? name);
}
