import { someUnit } from './people.ts';
import { DAY, later, nextNumber, type Scene, someTime, type Unit } from './scene.ts';
import { totals } from './totals.ts';
import { writeRow } from './write-row.ts';

const DISCOUNT = 150_000;

/** Motorcycles that arrive together. */
type Purchase = {
  readonly units: readonly Unit[];
  readonly poId: string;
  readonly noInvoice: string;
  readonly at: number;
};

/** Motorcycles bought from the main dealer: invoice, then shipment. They go into stock, for the sales to take. */
export function writeUnitSupply(scene: Scene, count: number): void {
  for (let index = 0; index < count; index += 1) {
    const at = someTime(scene);
    const purchase: Purchase = {
      at,
      units: scene.faker.helpers.multiple(() => someUnit(scene), { count: { min: 2, max: 6 } }),
      poId: nextNumber(scene, 'PO/[dealer]/YY/MM/[seq]', at),
      noInvoice: nextNumber(scene, 'IN/[dealer]/YY/MM/[seq]', at),
    };
    writeUnitInvoice(scene, purchase);
    const arrivedAt = later(scene, at, 30);
    if (arrivedAt === undefined) continue;
    scene.stock.push(...purchase.units);
    writeShipment(scene, { ...purchase, at: arrivedAt });
  }
}

function writeUnitInvoice(scene: Scene, { units, poId, noInvoice, at }: Purchase): void {
  const gross = units.reduce((total, unit) => total + unit.price, 0);
  const discount = units.length * DISCOUNT;
  const deduction = 0.5;
  const values = {
    noInvoice,
    tanggalInvoice: at,
    tanggalJatuhTempo: at + 14 * DAY,
    mainDealerId: scene.mainDealer,
    totalHargaSebelumDiskon: gross,
    totalDiskonPerUnit: discount,
    potonganPerInvoice: deduction,
    ...totals(gross - discount - deduction),
  };
  const unit = units.map((one) => ({
    ...numbersOf(one),
    kuantitas: 1,
    hargaSatuanSebelumDiskon: one.price,
    diskonPerUnit: DISCOUNT,
    poId,
  }));
  writeRow(scene, 'mdinvh1', { created: at, values, lines: { unit } });
}

function writeShipment(scene: Scene, { units, poId, noInvoice, at }: Purchase): void {
  const noGoodsReceipt = nextNumber(scene, '[dealer]/YY/MM/[seq]', at);
  const unit = units.map((one) => ({
    ...numbersOf(one),
    kuantitasTerkirim: 1,
    kuantitasDiterima: 1,
    statusRFS: '1',
    poId,
    kelengkapanUnit: 'Aki,Spion,Toolkit',
    noGoodsReceipt,
  }));
  const values = {
    noShippingList: nextNumber(scene, 'SL/[mainDealer]/[dealer]/YY/MM/[seq]', at),
    tanggalTerima: at,
    mainDealerId: scene.mainDealer,
    noInvoice,
    statusShippingList: '1',
  };
  writeRow(scene, 'uinb', { created: at, values, lines: { unit } });
}

function numbersOf(unit: Unit): Record<string, string> {
  return {
    kodeTipeUnit: unit.code,
    kodeWarna: unit.colour,
    noMesin: unit.engineNumber,
    noRangka: unit.frameNumber,
  };
}
