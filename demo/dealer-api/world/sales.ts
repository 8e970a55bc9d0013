import { financeCompanies } from './catalogue.ts';
import { digits, type Person, regionOf, somePerson, someStaff, someUnit } from './people.ts';
import { later, nextNumber, type Scene, someTime, type Unit } from './scene.ts';
import { writeRow } from './write-row.ts';

/** One sale on its way: each step refers to the ones before. */
type Sale = {
  readonly person: Person;
  readonly staff: string;
  readonly unit: Unit;
  readonly credit: boolean;
  readonly idProspect: string;
  readonly idSpk: string;
  readonly idCustomer: string;
  readonly idSO: string;
  /** When the SPK was made. */
  readonly at: number;
};

const VAT = 0.11;

/** Prospects, and what became of them: order, invoices, credit, delivery, documents; as far as time has come. */
export function writeSales(scene: Scene, count: number): void {
  for (let index = 0; index < count; index += 1) {
    const at = someTime(scene);
    const person = somePerson(scene);
    const staff = someStaff(scene);
    const source = scene.faker.helpers.arrayElement(['0001', '0002', '0004', '0005', '0007', '0008', '0011']);
    const idProspect = nextNumber(scene, '[mainDealer]/[dealer]/YY/MM/PSP/[source]/[seq]', at, { source });
    const orderedAt = scene.faker.datatype.boolean(0.6) ? later(scene, at, 20) : undefined;
    writeProspect(scene, { person, staff, idProspect, source, at, orderedAt });
    if (orderedAt !== undefined) writeOrder(scene, { person, staff, idProspect, at: orderedAt });
  }
}

function writeProspect(
  scene: Scene,
  {
    person,
    staff,
    idProspect,
    source,
    at,
    orderedAt,
  }: Pick<Sale, 'person' | 'staff' | 'idProspect' | 'at'> & {
    source: string;
    orderedAt: number | undefined;
  },
): void {
  const { faker } = scene;
  const unit = faker.helpers.multiple(() => ({ kodeTipeUnit: someUnit(scene).code }), { count: { min: 1, max: 2 } });
  const values = {
    ...{
      idProspect,
      sumberProspect: source,
      tanggalProspect: at,
      taggingProspect: faker.helpers.arrayElement(['Yes', 'No']),
    },
    ...{
      namaLengkap: person.name,
      noKontak: person.phone,
      noKtp: person.ktp,
      alamat: person.address,
      ...regionOf(person),
    },
    ...{
      latitude: person.latitude,
      longitude: person.longitude,
      kodePekerjaan: faker.helpers.arrayElement(['1', '4', '11']),
    },
    ...{ tanggalAppointment: at + 24 * 3_600, waktuAppointment: '10:30', metodeFollowUp: '2', testRidePreference: '1' },
    ...{ statusFollowUpProspecting: orderedAt === undefined ? '1' : '2', idSalesPeople: staff },
    statusProspect: orderedAt === undefined ? faker.helpers.arrayElement(['1', '2', '3', '5']) : '4',
  };
  writeRow(scene, 'prsp', { created: at, modified: orderedAt ?? later(scene, at, 30), values, lines: { unit } });
}

function writeOrder(scene: Scene, about: Pick<Sale, 'person' | 'staff' | 'idProspect' | 'at'>): void {
  const sale: Sale = {
    ...about,
    unit: scene.stock.pop() ?? someUnit(scene),
    credit: scene.faker.datatype.boolean(0.65),
    idSpk: nextNumber(scene, 'SPK/[dealer]/YY/MM/[seq]', about.at),
    idCustomer: nextNumber(scene, '[dealer]/YY/MM/CUS/[seq]', about.at),
    idSO: nextNumber(scene, 'SO/[dealer]/YY/MM/[seq]', about.at),
  };
  const deliveredAt = later(scene, sale.at, 96);
  writeSpk(scene, sale, deliveredAt);
  writeInvoice(scene, sale, { at: later(scene, sale.at, 1), amount: 500_000, note: 'Tanda jadi' });
  if (sale.credit) writeLeasing(scene, sale);
  if (deliveredAt === undefined) return;
  writeInvoice(scene, sale, { at: later(scene, sale.at, 48), amount: sale.unit.price - 500_000, note: 'Pelunasan' });
  writeDelivery(scene, sale, deliveredAt);
  writeDocuments(scene, sale, later(scene, deliveredAt, 24));
}

function writeSpk(scene: Scene, { person, unit, ...sale }: Sale, deliveredAt: number | undefined): void {
  const values = {
    ...{
      idSpk: sale.idSpk,
      idProspect: sale.idProspect,
      namaCustomer: person.name,
      noKtp: person.ktp,
      alamat: person.address,
    },
    ...{
      ...regionOf(person),
      noKontak: person.phone,
      namaBPKB: person.name,
      noKTPBPKB: person.ktp,
      alamatBPKB: person.address,
    },
    ...{
      ...regionOf(person, 'BPKB'),
      latitude: person.latitude,
      longitude: person.longitude,
      noKK: `99${digits(scene.faker, 14)}`,
    },
    ...{ alamatKK: person.address, ...regionOf(person, 'KK'), idSalesPeople: sale.staff, tanggalPesanan: sale.at },
    statusSPK: deliveredAt === undefined ? '1' : '3',
  };
  const line = {
    ...{ kodeTipeUnit: unit.code, kodeWarna: unit.colour, quantity: 1, hargaJual: unit.price, diskon: 250_000 },
    ...{ amountPPN: Math.round(unit.price * VAT), tipePembayaran: sale.credit ? '2' : '1', jumlahTandaJadi: 500_000 },
    tanggalPengiriman: deliveredAt ?? sale.at + 96 * 3_600,
  };
  const names = scene.faker.helpers.uniqueArray(
    () => scene.faker.person.fullName(),
    scene.faker.number.int({ min: 0, max: 3 }),
  );
  const family = names.map((anggotaKK) => ({ anggotaKK }));
  writeRow(scene, 'spk', {
    created: sale.at,
    modified: deliveredAt,
    values,
    lines: { unit: [line], dataAnggotaKeluarga: family },
  });
}

function writeInvoice(
  scene: Scene,
  sale: Sale,
  { at, amount, note }: { at: number | undefined; amount: number; note: string },
): void {
  if (at === undefined) return;
  const idInvoice = nextNumber(scene, 'TJ/[dealer]/YY/MM/[seq]', at);
  // The list of codes is the reverse of that in spk.
  const tipePembayaran = sale.credit ? '1' : '2';
  const values = {
    ...{ idInvoice, idSPK: sale.idSpk, idCustomer: sale.idCustomer, amount, tipePembayaran, note },
    ...{ caraBayar: scene.faker.helpers.arrayElement(['1', '2']), status: '4' },
  };
  writeRow(scene, 'inv1', { created: at, values });
}

function writeLeasing(scene: Scene, sale: Sale): void {
  const at = later(scene, sale.at, 24);
  if (at === undefined) return;
  const company = scene.faker.helpers.arrayElement(financeCompanies);
  const named = { financeCompany: company.code };
  const jumlahDP = Math.round((sale.unit.price * 0.2) / 100_000) * 100_000;
  const tenor = scene.faker.helpers.arrayElement([11, 23, 35]);
  const values = {
    ...{ idDokumenPengajuan: nextNumber(scene, '[financeCompany]/[dealer]/YY/MM/[seq]', at, named), idSPK: sale.idSpk },
    ...{ jumlahDP, tenor, jumlahCicilan: Math.round(((sale.unit.price - jumlahDP) * 1.25) / tenor / 1_000) * 1_000 },
    ...{ tanggalPengajuan: sale.at, idFinanceCompany: `FC/${company.code}`, namaFinanceCompany: company.name },
    ...{
      idPOFinanceCompany: nextNumber(scene, 'PO/FC/[financeCompany]/YY/MM/[seq]', at, named),
      tanggalPembuatanPO: at,
    },
    tanggalPengirimanPOFinanceCompany: at,
  };
  writeRow(scene, 'lsng', { created: at, values });
}

function writeDelivery(scene: Scene, { person, unit, ...sale }: Sale, at: number): void {
  const detail = {
    ...{ noSO: sale.idSO, idSPK: sale.idSpk, noMesin: ` ${unit.engineNumber}`, noRangka: unit.frameNumber },
    ...{
      idCustomer: sale.idCustomer,
      waktuPengiriman: '09.00',
      checklistKelengkapan: 'Helm,Kunci,Toolkit,Buku servis',
    },
    ...{ lokasiPengiriman: person.address, latitude: person.latitude, longitude: person.longitude },
    ...{ namaPenerima: person.name, noKontakPenerima: person.phone },
  };
  const deliveryDocumentId = nextNumber(scene, 'DO/[dealer]/ddmmyy/[seq]', at);
  const values = { deliveryDocumentId, tanggalPengiriman: at, idDriver: someStaff(scene), statusDeliveryDocument: '4' };
  writeRow(scene, 'bast', { created: at, values, lines: { detail: [detail] } });
}

function writeDocuments(scene: Scene, { person, unit, ...sale }: Sale, at: number | undefined): void {
  if (at === undefined) return;
  const finishedAt = later(scene, at, 120);
  const asked = {
    ...{ nomorRangka: unit.frameNumber, tanggalPengajuanSTNKKeBiro: at, statusFakturSTNK: '2' },
    nomorFakturSTNK: nextNumber(scene, 'FH/[code]/[seq]/[yearLetter]', at, { code: 'AA', yearLetter: 'S' }),
  };
  const done = {
    ...{
      ...asked,
      statusFakturSTNK: '4',
      nomorSTNK: digits(scene.faker, 8),
      tanggalPenerimaanSTNKDariBiro: finishedAt,
    },
    ...{ tanggalTerimaSTNKOlehKonsumen: finishedAt, namaPenerimaSTNK: person.name, jenisIdPenerimaSTNK: '1' },
    noIdPenerimaSTNK: person.ktp,
  };
  const lines = { unit: [finishedAt === undefined ? asked : done] };
  writeRow(scene, 'doch', { created: at, modified: finishedAt, values: { idSO: sale.idSO, idSPK: sale.idSpk }, lines });
}
