import { financeCompanies } from './catalogue.ts';
import type { Order } from './order.ts';
import { digits, someStaff } from './people.ts';
import { later, nextNumber, type Scene } from './scene.ts';
import { type Values, writeRow } from './write-row.ts';

/** One invoice of an order. */
export function writeInvoice(
  scene: Scene,
  order: Order,
  { at, amount, note }: { at: number | undefined; amount: number; note: string },
): void {
  if (at === undefined) return;
  const values = {
    idInvoice: nextNumber(scene, 'TJ/[dealer]/YY/MM/[seq]', at),
    idSPK: order.idSpk,
    idCustomer: order.idCustomer,
    amount,
    // The list of codes is the reverse of that in spk.
    tipePembayaran: order.credit ? '1' : '2',
    caraBayar: scene.faker.helpers.arrayElement(['1', '2']),
    status: '4',
    note,
  };
  writeRow(scene, 'inv1', { created: at, values });
}

/** The credit of an order. */
export function writeLeasing(scene: Scene, { idSpk, unit, at: orderedAt }: Order): void {
  const at = later(scene, orderedAt, 24);
  if (at === undefined) return;
  const company = scene.faker.helpers.arrayElement(financeCompanies);
  const named = { financeCompany: company.code };
  const jumlahDP = Math.round((unit.price * 0.2) / 100_000) * 100_000;
  const tenor = scene.faker.helpers.arrayElement([11, 23, 35]);
  const values = {
    idDokumenPengajuan: nextNumber(scene, '[financeCompany]/[dealer]/YY/MM/[seq]', at, named),
    idSPK: idSpk,
    jumlahDP,
    tenor,
    jumlahCicilan: Math.round(((unit.price - jumlahDP) * 1.25) / tenor / 1_000) * 1_000,
    tanggalPengajuan: orderedAt,
    idFinanceCompany: `FC/${company.code}`,
    namaFinanceCompany: company.name,
    idPOFinanceCompany: nextNumber(scene, 'PO/FC/[financeCompany]/YY/MM/[seq]', at, named),
    tanggalPembuatanPO: at,
    tanggalPengirimanPOFinanceCompany: at,
  };
  writeRow(scene, 'lsng', { created: at, values });
}

/** The delivery of an order. */
export function writeDelivery(scene: Scene, { person, unit, ...order }: Order, at: number): void {
  const detail = {
    noSO: order.idSO,
    idSPK: order.idSpk,
    // The sample of the document has this space too.
    noMesin: ` ${unit.engineNumber}`,
    noRangka: unit.frameNumber,
    idCustomer: order.idCustomer,
    waktuPengiriman: '09.00',
    checklistKelengkapan: 'Helm,Kunci,Toolkit,Buku servis',
    lokasiPengiriman: person.address,
    latitude: person.latitude,
    longitude: person.longitude,
    namaPenerima: person.name,
    noKontakPenerima: person.phone,
  };
  const values = {
    deliveryDocumentId: nextNumber(scene, 'DO/[dealer]/ddmmyy/[seq]', at),
    tanggalPengiriman: at,
    idDriver: someStaff(scene),
    statusDeliveryDocument: '4',
  };
  writeRow(scene, 'bast', { created: at, values, lines: { detail: [detail] } });
}

/** Registration and ownership book of a delivered motorcycle. */
export function writeDocuments(scene: Scene, order: Order, at: number | undefined): void {
  if (at === undefined) return;
  const finishedAt = later(scene, at, 120);
  const asked = {
    nomorRangka: order.unit.frameNumber,
    nomorFakturSTNK: nextNumber(scene, 'FH/[code]/[seq]/[yearLetter]', at, { code: 'AA', yearLetter: 'S' }),
    tanggalPengajuanSTNKKeBiro: at,
    statusFakturSTNK: '2',
  };
  const line = finishedAt === undefined ? asked : { ...asked, ...finishedValues(scene, order, finishedAt) };
  const values = { idSO: order.idSO, idSPK: order.idSpk };
  writeRow(scene, 'doch', { created: at, modified: finishedAt, values, lines: { unit: [line] } });
}

function finishedValues({ faker }: Scene, { person }: Order, at: number): Values {
  return {
    statusFakturSTNK: '4',
    nomorSTNK: digits(faker, 8),
    tanggalPenerimaanSTNKDariBiro: at,
    tanggalTerimaSTNKOlehKonsumen: at,
    namaPenerimaSTNK: person.name,
    jenisIdPenerimaSTNK: '1',
    noIdPenerimaSTNK: person.ktp,
  };
}
