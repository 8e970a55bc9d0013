import { parts, VAT } from './catalogue.ts';
import { digits, somePerson } from './people.ts';
import { nextNumber, type Scene, someTime } from './scene.ts';
import { priceOf, sum } from './visit.ts';
import { writeRow } from './write-row.ts';

/** Parts sold over the counter. */
export function writePartsSales(scene: Scene, count: number): void {
  for (let index = 0; index < count; index += 1) writePartsSale(scene);
}

function writePartsSale(scene: Scene): void {
  const { faker } = scene;
  const at = someTime(scene);
  const sold = faker.helpers
    .arrayElements(parts, { min: 1, max: 4 })
    .map((part) => ({ part, count: faker.number.int({ min: 1, max: 3 }) }));
  const values = {
    noSO: nextNumber(scene, 'SO/[dealer]/YY/MM/[seq]', at),
    tglSO: at,
    idCustomer: `99${digits(faker, 14)}`,
    namaCustomer: somePerson(scene).name.slice(0, 30),
    discSO: 0,
    totalHargaSO: sum(sold.map(priceOf)),
  };
  const lines = sold.map((one) => ({
    partsNumber: one.part.number,
    kuantitas: one.count,
    hargaParts: one.part.price,
    discAmount: 0,
    discPercentage: 0,
    ppn: Math.round(priceOf(one) * VAT),
    totalHargaParts: priceOf(one),
    uangMuka: 0,
  }));
  writeRow(scene, 'prsl', { created: at, values, lines: { parts: lines } });
}
