import { VAT } from './catalogue.ts';
import type { Order } from './order.ts';
import { writeDelivery, writeDocuments, writeInvoice, writeLeasing } from './order-papers.ts';
import { digits, type Person, regionOf, someUnit } from './people.ts';
import { HOUR, later, nextNumber, type Scene } from './scene.ts';
import { writeRow } from './write-row.ts';

const BOOKING_FEE = 500_000;

/** The order of a prospect (SPK), with all that follows from it as far as time has come. */
export function writeOrder(scene: Scene, about: Pick<Order, 'person' | 'staff' | 'idProspect' | 'at'>): void {
  const order: Order = {
    ...about,
    unit: scene.stock.pop() ?? someUnit(scene),
    credit: scene.faker.datatype.boolean(0.65),
    idSpk: nextNumber(scene, 'SPK/[dealer]/YY/MM/[seq]', about.at),
    idCustomer: nextNumber(scene, '[dealer]/YY/MM/CUS/[seq]', about.at),
    idSO: nextNumber(scene, 'SO/[dealer]/YY/MM/[seq]', about.at),
  };
  const deliveredAt = later(scene, order.at, 96);
  writeSpk(scene, order, deliveredAt);
  writeInvoice(scene, order, { at: later(scene, order.at, 1), amount: BOOKING_FEE, note: 'Tanda jadi' });
  if (order.credit) writeLeasing(scene, order);
  if (deliveredAt === undefined) return;
  const rest = order.unit.price - BOOKING_FEE;
  writeInvoice(scene, order, { at: later(scene, order.at, 48), amount: rest, note: 'Pelunasan' });
  writeDelivery(scene, order, deliveredAt);
  writeDocuments(scene, order, later(scene, deliveredAt, 24));
}

function writeSpk(scene: Scene, order: Order, deliveredAt: number | undefined): void {
  const values = {
    idSpk: order.idSpk,
    idProspect: order.idProspect,
    ...customerValues(scene, order.person),
    idSalesPeople: order.staff,
    tanggalPesanan: order.at,
    statusSPK: deliveredAt === undefined ? '1' : '3',
  };
  const { faker } = scene;
  const names = faker.helpers.uniqueArray(() => faker.person.fullName(), faker.number.int({ min: 0, max: 3 }));
  const lines = {
    unit: [orderLine(order, deliveredAt)],
    dataAnggotaKeluarga: names.map((anggotaKK) => ({ anggotaKK })),
  };
  writeRow(scene, 'spk', { created: order.at, modified: deliveredAt, values, lines });
}

function customerValues({ faker }: Scene, person: Person): Record<string, string | number> {
  return {
    namaCustomer: person.name,
    noKtp: person.ktp,
    alamat: person.address,
    ...regionOf(person),
    noKontak: person.phone,
    namaBPKB: person.name,
    noKTPBPKB: person.ktp,
    alamatBPKB: person.address,
    ...regionOf(person, 'BPKB'),
    latitude: person.latitude,
    longitude: person.longitude,
    noKK: `99${digits(faker, 14)}`,
    alamatKK: person.address,
    ...regionOf(person, 'KK'),
  };
}

function orderLine({ unit, credit, at }: Order, deliveredAt: number | undefined): Record<string, string | number> {
  return {
    kodeTipeUnit: unit.code,
    kodeWarna: unit.colour,
    quantity: 1,
    hargaJual: unit.price,
    diskon: 250_000,
    amountPPN: Math.round(unit.price * VAT),
    tipePembayaran: credit ? '2' : '1',
    jumlahTandaJadi: BOOKING_FEE,
    tanggalPengiriman: deliveredAt ?? at + 96 * HOUR,
  };
}
