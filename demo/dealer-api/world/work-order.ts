import { complaints } from './catalogue.ts';
import { regionOf, somePlate, someUnit } from './people.ts';
import { nextNumber, type Scene } from './scene.ts';
import { partLine, priceOf, sum, type Visit } from './visit.ts';
import { type Values, writeRow } from './write-row.ts';

/** The work order of a visit. */
export function writeWorkOrder(scene: Scene, visit: Visit): void {
  const { at, doneAt, done, used } = visit;
  const [complaint, advice] = scene.faker.helpers.arrayElement(complaints);
  const values = {
    noWorkOrder: visit.noWorkOrder,
    noSAForm: nextNumber(scene, 'SAF/[dealer]/YY/MM/[seq]', at),
    ...motorcycleValues(scene),
    ...peopleValues(visit),
    ...courseValues(visit),
    keluhanKonsumen: complaint,
    rekomendasiSA: advice,
    saranMekanik: advice,
    totalBiayaService: sum(done.map((job) => job.price)) + sum(used.map(priceOf)),
  };
  const services = done.map((job) => ({
    // The sample of the document has this space too.
    idJob: `${job.id} `,
    namaPekerjaan: job.name,
    jenisPekerjaan: job.kind,
    biayaService: job.price,
    discServiceAmount: 0,
    discServicePercentage: 0,
    totalHargaServis: job.price,
  }));
  writeRow(scene, 'pkb', { created: at, modified: doneAt, values, lines: { services, parts: used.map(partLine) } });
}

function motorcycleValues(scene: Scene): Values {
  const unit = someUnit(scene);
  return {
    noPolisi: somePlate(scene),
    noRangka: unit.frameNumber,
    noMesin: unit.engineNumber,
    kodeTipeUnit: unit.code.slice(0, 2),
    tahunMotor: scene.faker.helpers.arrayElement(['2021', '2022', '2024', '2025']),
    informasiBensin: '3',
    kmTerakhir: scene.faker.number.int({ min: 400, max: 60_000 }),
  };
}

function peopleValues({ person, hondaIdSA, hondaIdMekanik }: Visit): Values {
  return {
    tipeComingCustomer: '1',
    namaPemilik: person.name,
    alamatPemilik: person.address,
    ...regionOf(person, 'Pemilik'),
    namaPembawa: person.name,
    alamatPembawa: person.address,
    ...regionOf(person, 'Pembawa'),
    noTelpPembawa: person.phone,
    hubunganDenganPemilik: '0',
    hondaIdSA,
    hondaIdMekanik,
  };
}

function courseValues({ at, doneAt }: Visit): Values {
  return {
    tanggalServis: at,
    waktuPKB: at,
    waktuPendaftaran: at - 600,
    waktuSelesai: doneAt,
    totalFRT: '01:15',
    waktuPekerjaan: '00:55',
    idPIT: 'P1',
    jenisPIT: '1',
    setUpPembayaran: '1',
    konfirmasiPekerjaanTambahan: '0',
    statusWorkOrder: doneAt === undefined ? '1' : '4',
  };
}
