import { type Part, parts } from './catalogue.ts';
import { DAY, later, nextNumber, type Scene, someTime } from './scene.ts';
import { totals } from './totals.ts';
import { writeRow } from './write-row.ts';

/** Parts ordered together. */
type Purchase = {
  readonly noPO: string;
  readonly bought: readonly { readonly part: Part; readonly kuantitas: number }[];
  readonly at: number;
};

/** Parts bought from the main dealer: invoice, then receipt. */
export function writePartsSupply(scene: Scene, count: number): void {
  const { faker } = scene;
  for (let index = 0; index < count; index += 1) {
    const at = someTime(scene);
    const noPO = nextNumber(scene, 'POP/[dealer]/YY/MM/[seq]', at);
    const bought = faker.helpers
      .arrayElements(parts, { min: 2, max: 6 })
      .map((part) => ({ part, kuantitas: faker.number.int({ min: 2, max: 40 }) }));
    writePartsInvoice(scene, { noPO, bought, at });
    const receivedAt = later(scene, at, 40);
    if (receivedAt !== undefined) writeReceipt(scene, { noPO, bought, at: receivedAt });
  }
}

function writePartsInvoice(scene: Scene, { noPO, bought, at }: Purchase): void {
  const gross = bought.reduce((total, { part, kuantitas }) => total + part.price * kuantitas, 0);
  const values = {
    noInvoice: nextNumber(scene, 'IN/[dealer]/YY/MM/[seq]', at),
    tglInvoice: at,
    tglJatuhTempo: at + 30 * DAY,
    mainDealerId: scene.mainDealer,
    totalHargaSebelumDiskon: gross,
    totalDiskonPerPartsNumber: 0,
    potonganPerInvoice: 0,
    ...totals(gross),
  };
  const lines = bought.map(({ part, kuantitas }) => ({
    noPO,
    jenisOrder: '2',
    partsNumber: part.number,
    kuantitas,
    uom: part.uom,
    hargaSatuanSebelumDiskon: part.price,
    diskonPerPartsNumber: 0,
  }));
  writeRow(scene, 'mdinvh3', { created: at, values, lines: { parts: lines } });
}

function writeReceipt(scene: Scene, { noPO, bought, at }: Purchase): void {
  const po = bought.map(({ part, kuantitas }) => ({
    noPO,
    jenisOrder: '2',
    idWarehouse: 'WH1',
    partsNumber: part.number,
    kuantitas,
    uom: part.uom,
  }));
  const values = {
    noPenerimaan: nextNumber(scene, 'RCV/[dealer]/YY/MM/[seq]', at),
    tglPenerimaan: at,
    noShippingList: nextNumber(scene, 'SPL/[dealer]/YY/MM/[seq]', at),
  };
  writeRow(scene, 'pinb', { created: at, values, lines: { po } });
}
