import { parts } from './catalogue.ts';
import { someUnit } from './people.ts';
import { DAY, later, nextNumber, type Scene, someTime } from './scene.ts';
import { writeRow } from './write-row.ts';

const VAT = 0.11;
const UNIT_DISCOUNT = 150_000;

/** Motorcycles bought from the main dealer: invoice, then shipment. They go into stock, for the sales to take. */
export function writeUnitSupply(scene: Scene, count: number): void {
  for (let index = 0; index < count; index += 1) {
    const at = someTime(scene);
    const units = scene.faker.helpers.multiple(() => someUnit(scene), { count: { min: 2, max: 6 } });
    const poId = nextNumber(scene, 'PO/[dealer]/YY/MM/[seq]', at);
    const noInvoice = nextNumber(scene, 'IN/[dealer]/YY/MM/[seq]', at);
    const gross = units.reduce((total, unit) => total + unit.price, 0);
    const discount = units.length * UNIT_DISCOUNT;
    const lines = units.map((unit) => ({
      ...{
        kodeTipeUnit: unit.code,
        kodeWarna: unit.colour,
        kuantitas: 1,
        noMesin: unit.engineNumber,
        noRangka: unit.frameNumber,
      },
      ...{ hargaSatuanSebelumDiskon: unit.price, diskonPerUnit: UNIT_DISCOUNT, poId },
    }));
    const values = {
      ...{ noInvoice, tanggalInvoice: at, tanggalJatuhTempo: at + 14 * DAY, mainDealerId: scene.mainDealer },
      ...{
        totalHargaSebelumDiskon: gross,
        totalDiskonPerUnit: discount,
        potonganPerInvoice: 0.5,
        ...totals(gross, discount + 0.5),
      },
    };
    writeRow(scene, 'mdinvh1', { created: at, values, lines: { unit: lines } });
    const arrivedAt = later(scene, at, 30);
    if (arrivedAt === undefined) continue;
    scene.stock.push(...units);
    writeShipment(scene, { at: arrivedAt, units, poId, noInvoice });
  }
}

function totals(gross: number, discount: number): { totalPPN: number; totalHarga: number } {
  const totalPPN = cents((gross - discount) * VAT);
  return { totalPPN, totalHarga: cents(gross - discount + totalPPN) };
}

const cents = (amount: number): number => Math.round(amount * 100) / 100;

function writeShipment(
  scene: Scene,
  { at, units, poId, noInvoice }: { at: number; units: Scene['stock']; poId: string; noInvoice: string },
): void {
  const noGoodsReceipt = nextNumber(scene, '[dealer]/YY/MM/[seq]', at);
  const lines = units.map((unit) => ({
    ...{ kodeTipeUnit: unit.code, kodeWarna: unit.colour, kuantitasTerkirim: 1, kuantitasDiterima: 1, statusRFS: '1' },
    ...{
      noMesin: unit.engineNumber,
      noRangka: unit.frameNumber,
      poId,
      kelengkapanUnit: 'Aki,Spion,Toolkit',
      noGoodsReceipt,
    },
  }));
  const noShippingList = nextNumber(scene, 'SL/[mainDealer]/[dealer]/YY/MM/[seq]', at);
  const values = {
    noShippingList,
    tanggalTerima: at,
    mainDealerId: scene.mainDealer,
    noInvoice,
    statusShippingList: '1',
  };
  writeRow(scene, 'uinb', { created: at, values, lines: { unit: lines } });
}

/** Parts bought from the main dealer: invoice, then receipt. */
export function writePartsSupply(scene: Scene, count: number): void {
  for (let index = 0; index < count; index += 1) {
    const at = someTime(scene);
    const noPO = nextNumber(scene, 'POP/[dealer]/YY/MM/[seq]', at);
    const bought = scene.faker.helpers
      .arrayElements(parts, { min: 2, max: 6 })
      .map((part) => ({ part, kuantitas: scene.faker.number.int({ min: 2, max: 40 }) }));
    const gross = bought.reduce((total, { part, kuantitas }) => total + part.price * kuantitas, 0);
    const common = { noPO, jenisOrder: '2' };
    const lines = bought.map(({ part, kuantitas }) => ({
      ...{ ...common, partsNumber: part.number, kuantitas, uom: part.uom },
      ...{ hargaSatuanSebelumDiskon: part.price, diskonPerPartsNumber: 0 },
    }));
    const values = {
      ...{ noInvoice: nextNumber(scene, 'IN/[dealer]/YY/MM/[seq]', at), tglInvoice: at, tglJatuhTempo: at + 30 * DAY },
      ...{
        mainDealerId: scene.mainDealer,
        totalHargaSebelumDiskon: gross,
        totalDiskonPerPartsNumber: 0,
        potonganPerInvoice: 0,
      },
      ...totals(gross, 0),
    };
    writeRow(scene, 'mdinvh3', { created: at, values, lines: { parts: lines } });
    const receivedAt = later(scene, at, 40);
    if (receivedAt === undefined) continue;
    const po = bought.map(({ part, kuantitas }) => ({
      ...common,
      idWarehouse: 'WH1',
      partsNumber: part.number,
      kuantitas,
      uom: part.uom,
    }));
    const receipt = {
      ...{ noPenerimaan: nextNumber(scene, 'RCV/[dealer]/YY/MM/[seq]', receivedAt), tglPenerimaan: receivedAt },
      noShippingList: nextNumber(scene, 'SPL/[dealer]/YY/MM/[seq]', receivedAt),
    };
    writeRow(scene, 'pinb', { created: receivedAt, values: receipt, lines: { po } });
  }
}
