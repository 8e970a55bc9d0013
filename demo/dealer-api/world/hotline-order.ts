import { parts } from './catalogue.ts';
import { type Person, regionOf, someUnit } from './people.ts';
import { later, nextNumber, type Scene } from './scene.ts';
import type { Visit } from './visit.ts';
import { type Values, writeRow } from './write-row.ts';

/** A part that a visit needs and the dealer has not: ordered, and for most customers paid half in advance. */
export function writeHotlineOrder(scene: Scene, { person, noWorkOrder, at: visitAt }: Visit): void {
  const at = later(scene, visitAt, 1);
  if (at === undefined) return;
  const idHLODocument = nextNumber(scene, 'PO/HLO/[dealer]/YYMM/[seq]', at);
  const part = scene.faker.helpers.arrayElement(parts);
  const line = { partsNumber: part.number, kuantitas: 1, hargaParts: part.price, totalHargaParts: part.price };
  const order = { idHLODocument, tanggalPemesananHLO: at, noWorkOrder };
  const unpaid = { ...line, uangMuka: 0, sisaBayar: part.price };
  const values = { ...order, ...customerValues(person), ...motorcycleValues(scene) };
  writeRow(scene, 'unpaidhlo', { created: at, values, lines: { parts: [unpaid] } });
  const paidAt = scene.faker.datatype.boolean(0.6) ? later(scene, at, 10) : undefined;
  if (paidAt === undefined) return;
  const half = Math.round(part.price / 2);
  const deposit = {
    noInvoiceUangJaminan: nextNumber(scene, 'UJ/[dealer]/YY/MM/[seq]', paidAt),
    ...order,
    idCustomer: person.ktp,
  };
  const paid = { ...line, uangMuka: half, sisaBayar: part.price - half };
  writeRow(scene, 'dphlo', { created: paidAt, values: deposit, lines: { parts: [paid] } });
}

function customerValues(person: Person): Values {
  return {
    noKTP: person.ktp,
    namaCustomer: person.name,
    alamat: person.address,
    ...regionOf(person),
    noKontak: person.phone,
  };
}

function motorcycleValues(scene: Scene): Values {
  const unit = someUnit(scene);
  return {
    kodeTipeUnit: unit.code,
    tahunMotor: '2024',
    noMesin: unit.engineNumber,
    noRangka: unit.frameNumber,
    flagNumbering: '0',
    vehicleOffRoad: '0',
    jobReturn: '0',
  };
}
