import { complaints, type Job, jobs, type Part, parts } from './catalogue.ts';
import { digits, type Person, regionOf, somePerson, somePlate, someStaff, someUnit } from './people.ts';
import { later, nextNumber, type Scene, someTime } from './scene.ts';
import { writeRow } from './write-row.ts';

type Used = { readonly part: Part; readonly count: number; readonly idJob: string };
/** One visit to the workshop. */
type Visit = {
  readonly person: Person;
  readonly noWorkOrder: string;
  readonly at: number;
  readonly doneAt: number | undefined;
  readonly done: readonly Job[];
  readonly used: readonly Used[];
  readonly hondaIdSA: string;
  readonly hondaIdMekanik: string;
};

const VAT = 0.11;

/** Work orders with their invoices; some with a part that must be ordered. */
export function writeWorkshop(scene: Scene, count: number): void {
  for (let index = 0; index < count; index += 1) {
    const visit = someVisit(scene);
    writeWorkOrder(scene, visit);
    if (visit.doneAt !== undefined) writeInvoices(scene, visit, visit.doneAt);
    if (scene.faker.datatype.boolean(0.2)) writeHotlineOrder(scene, visit);
  }
}

function someVisit(scene: Scene): Visit {
  const { faker } = scene;
  const at = someTime(scene);
  const done = faker.helpers.arrayElements(jobs, { min: 1, max: 3 });
  const used = faker.helpers
    .arrayElements(parts, { min: 0, max: 3 })
    .map((part) => ({ part, count: faker.number.int({ min: 1, max: 2 }), idJob: faker.helpers.arrayElement(done).id }));
  return {
    ...{ at, done, used, person: somePerson(scene), doneAt: later(scene, at, 2) },
    ...{ hondaIdSA: someStaff(scene), hondaIdMekanik: someStaff(scene) },
    noWorkOrder: nextNumber(scene, 'WO/[dealer]/YY/MM/[seq]', at),
  };
}

const price = ({ part, count }: Used): number => part.price * count;
const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);

function writeWorkOrder(scene: Scene, { person, at, doneAt, done, used, ...visit }: Visit): void {
  const unit = someUnit(scene);
  const [complaint, advice] = scene.faker.helpers.arrayElement(complaints);
  const values = {
    ...{
      noWorkOrder: visit.noWorkOrder,
      noSAForm: nextNumber(scene, 'SAF/[dealer]/YY/MM/[seq]', at),
      tanggalServis: at,
    },
    ...{ waktuPKB: at, noPolisi: somePlate(scene), noRangka: unit.frameNumber, noMesin: unit.engineNumber },
    ...{
      kodeTipeUnit: unit.code.slice(0, 2),
      tahunMotor: scene.faker.helpers.arrayElement(['2021', '2022', '2024', '2025']),
    },
    ...{ informasiBensin: '3', kmTerakhir: scene.faker.number.int({ min: 400, max: 60_000 }), tipeComingCustomer: '1' },
    ...{
      namaPemilik: person.name,
      alamatPemilik: person.address,
      ...regionOf(person, 'Pemilik'),
      namaPembawa: person.name,
    },
    ...{
      alamatPembawa: person.address,
      ...regionOf(person, 'Pembawa'),
      noTelpPembawa: person.phone,
      hubunganDenganPemilik: '0',
    },
    ...{ keluhanKonsumen: complaint, rekomendasiSA: advice, saranMekanik: advice, idPIT: 'P1', jenisPIT: '1' },
    ...{
      hondaIdSA: visit.hondaIdSA,
      hondaIdMekanik: visit.hondaIdMekanik,
      waktuPendaftaran: at - 600,
      waktuSelesai: doneAt,
    },
    ...{ totalFRT: '01:15', waktuPekerjaan: '00:55', setUpPembayaran: '1', konfirmasiPekerjaanTambahan: '0' },
    totalBiayaService: sum(done.map((job) => job.price)) + sum(used.map(price)),
    statusWorkOrder: doneAt === undefined ? '1' : '4',
  };
  const services = done.map((job) => ({
    ...{ idJob: `${job.id} `, namaPekerjaan: job.name, jenisPekerjaan: job.kind, biayaService: job.price },
    ...{ discServiceAmount: 0, discServicePercentage: 0, totalHargaServis: job.price },
  }));
  writeRow(scene, 'pkb', { created: at, modified: doneAt, values, lines: { services, parts: used.map(partLine) } });
}

function partLine(used: Used): Record<string, string | number> {
  return {
    ...{ idJob: used.idJob, partsNumber: used.part.number, kuantitas: used.count, hargaParts: used.part.price },
    ...{ discPartsAmount: 0, discPartsPercentage: 0, ppn: Math.round(price(used) * VAT), totalHargaParts: price(used) },
    uangMuka: 0,
  };
}

function writeInvoices(scene: Scene, { done, used, ...visit }: Visit, at: number): void {
  const njb = done.map((job) => ({
    ...{
      idJob: job.id,
      hargaServis: job.price,
      discServiceAmount: 0,
      discServicePercentage: 20.5,
      totalHargaServis: job.price,
    },
  }));
  const sold = used.length > 0;
  const values = {
    ...{ noWorkOrder: visit.noWorkOrder, noNJB: nextNumber(scene, 'NJB/[dealer]/YY/MM/[seq]', at), tanggalNJB: at },
    totalHargaNJB: sum(done.map((job) => job.price)),
    ...(sold ? { noNSC: nextNumber(scene, 'NSC/[dealer]/YY/MM/[seq]', at), tanggalNSC: at } : {}),
    ...{ totalHargaNSC: sum(used.map(price)), hondaIdSA: visit.hondaIdSA, hondaIdMekanik: visit.hondaIdMekanik },
  };
  writeRow(scene, 'inv2', { created: at, values, lines: { njb, nsc: used.map(partLine) } });
}

function writeHotlineOrder(scene: Scene, { person, noWorkOrder, at: visitAt }: Visit): void {
  const at = later(scene, visitAt, 1);
  if (at === undefined) return;
  const unit = someUnit(scene);
  const idHLODocument = nextNumber(scene, 'PO/HLO/[dealer]/YYMM/[seq]', at);
  const part = scene.faker.helpers.arrayElement(parts);
  const paidAt = scene.faker.datatype.boolean(0.6) ? later(scene, at, 10) : undefined;
  const line = { partsNumber: part.number, kuantitas: 1, hargaParts: part.price, totalHargaParts: part.price };
  const values = {
    ...{ idHLODocument, tanggalPemesananHLO: at, noWorkOrder, noKTP: person.ktp, namaCustomer: person.name },
    ...{
      alamat: person.address,
      ...regionOf(person),
      noKontak: person.phone,
      kodeTipeUnit: unit.code,
      tahunMotor: '2024',
    },
    ...{
      noMesin: unit.engineNumber,
      noRangka: unit.frameNumber,
      flagNumbering: '0',
      vehicleOffRoad: '0',
      jobReturn: '0',
    },
  };
  writeRow(scene, 'unpaidhlo', {
    created: at,
    values,
    lines: { parts: [{ ...line, uangMuka: 0, sisaBayar: part.price }] },
  });
  if (paidAt === undefined) return;
  const noInvoiceUangJaminan = nextNumber(scene, 'UJ/[dealer]/YY/MM/[seq]', paidAt);
  const deposit = { noInvoiceUangJaminan, idHLODocument, tanggalPemesananHLO: at, noWorkOrder, idCustomer: person.ktp };
  const half = Math.round(part.price / 2);
  const paid = { ...line, uangMuka: half, sisaBayar: part.price - half };
  writeRow(scene, 'dphlo', { created: paidAt, values: deposit, lines: { parts: [paid] } });
}

/** Parts sold over the counter. */
export function writePartsSales(scene: Scene, count: number): void {
  for (let index = 0; index < count; index += 1) {
    const at = someTime(scene);
    const person = somePerson(scene);
    const sold = scene.faker.helpers
      .arrayElements(parts, { min: 1, max: 4 })
      .map((part) => ({ part, count: scene.faker.number.int({ min: 1, max: 3 }), idJob: '' }));
    const values = {
      ...{
        noSO: nextNumber(scene, 'SO/[dealer]/YY/MM/[seq]', at),
        tglSO: at,
        idCustomer: `99${digits(scene.faker, 14)}`,
      },
      ...{ namaCustomer: person.name.slice(0, 30), discSO: 0, totalHargaSO: sum(sold.map(price)) },
    };
    const lines = sold.map((used) => ({
      ...{
        partsNumber: used.part.number,
        kuantitas: used.count,
        hargaParts: used.part.price,
        discAmount: 0,
        discPercentage: 0,
      },
      ...{ ppn: Math.round(price(used) * VAT), totalHargaParts: price(used), uangMuka: 0 },
    }));
    writeRow(scene, 'prsl', { created: at, values, lines: { parts: lines } });
  }
}
