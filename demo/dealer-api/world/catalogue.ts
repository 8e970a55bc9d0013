/** Value added tax. */
export const VAT = 0.11;

/** A motorcycle type: its code, the beginnings of its engine and frame numbers, its price in rupiah, its colours. */
export type Motor = { code: string; engine: string; frame: string; price: number; colours: readonly string[] };

/** What the dealers sell. */
export const motors: readonly Motor[] = [
  { code: 'HK0', engine: 'JM91E', frame: 'JM91', price: 18_530_000, colours: ['BK', 'RD', 'BL'] },
  { code: 'HL1', engine: 'JMA2E', frame: 'JMA2', price: 20_090_000, colours: ['BK', 'WH', 'SR'] },
  { code: 'KF7', engine: 'KF71E', frame: 'KF71', price: 32_840_000, colours: ['BK', 'WH', 'MT'] },
  { code: 'KC8', engine: 'KC02E', frame: 'KC02', price: 26_760_000, colours: ['RD', 'BK'] },
  { code: 'JB9', engine: 'JBP1E', frame: 'JBP1', price: 16_175_000, colours: ['BK', 'RD'] },
];

/** A spare part: number, price of one in rupiah, unit of measure. */
export type Part = { number: string; price: number; uom: string };

/** What the workshops use and sell. */
export const parts: readonly Part[] = [
  { number: '082322MAK0LN9', price: 54_000, uom: 'Pcs' },
  { number: '06455K59A71', price: 61_500, uom: 'Set' },
  { number: '23100K36J01', price: 142_000, uom: 'Pcs' },
  { number: '17210K1AN00', price: 58_000, uom: 'Pcs' },
  { number: '31916KPH881', price: 17_500, uom: 'Pcs' },
  { number: '22535K44V00', price: 96_000, uom: 'Set' },
  { number: '4271AK59A12', price: 312_000, uom: 'Pcs' },
  { number: '31500KZR602', price: 265_000, uom: 'Pcs' },
];

/** A job of the workshop. */
export type Job = { id: string; name: string; kind: string; price: number };

/** What the workshops do. */
export const jobs: readonly Job[] = [
  { id: 'KPB1', name: 'Servis KPB 1', kind: 'ASS1', price: 0 },
  { id: 'SVC01', name: 'Paket servis lengkap', kind: 'CS', price: 75_000 },
  { id: 'SVC02', name: 'Servis ringan', kind: 'LS', price: 55_000 },
  { id: 'OLI01', name: 'Ganti oli mesin', kind: 'OR+', price: 12_000 },
  { id: 'REM01', name: 'Ganti kampas rem', kind: 'LR', price: 25_000 },
  { id: 'CVT01', name: 'Servis CVT', kind: 'LR', price: 60_000 },
];

/** Finance companies: code and name. */
export const financeCompanies = [
  { code: 'FIF', name: 'Federal Nusantara Finance' },
  { code: 'ADR', name: 'Adira Contoh Finance' },
  { code: 'OTO', name: 'Oto Contoh Multiartha' },
] as const;

/** What customers complain of, and what the workshop then says. */
export const complaints = [
  ['Tarikan berat', 'Bersihkan CVT dan ganti filter udara'],
  ['Rem belakang bunyi', 'Ganti kampas rem belakang'],
  ['Servis rutin', 'Kembali pada 4.000 km berikutnya'],
  ['Susah dihidupkan pagi hari', 'Ganti busi, periksa aki'],
  ['Lampu depan redup', 'Periksa kelistrikan dan aki'],
] as const;
