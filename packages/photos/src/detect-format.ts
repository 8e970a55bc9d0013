/** What the first bytes of a file say it is. */
export type DetectedFormat =
  | 'jpeg'
  | 'png'
  | 'gif'
  | 'webp'
  | 'tiff'
  | 'avif'
  | 'heic'
  | 'jxl'
  | 'jp2'
  | 'bmp'
  | 'ico'
  | 'psd'
  | 'svg'
  | 'pdf'
  | 'html'
  | 'unknown';

/** Formats that are decoded. */
export const supportedFormats: ReadonlySet<DetectedFormat> = new Set(['jpeg', 'png', 'gif', 'webp', 'tiff', 'avif']);

/** Image formats that are known and refused: no decoder, or (SVG, PDF) a document that can refer to other resources. */
export const refusedFormats: ReadonlySet<DetectedFormat> = new Set([
  'heic',
  'jxl',
  'jp2',
  'bmp',
  'ico',
  'psd',
  'svg',
  'pdf',
]);

/** Signatures at a file's start, in hexadecimal. */
const SIGNATURES: readonly (readonly [DetectedFormat, string])[] = [
  ['jpeg', 'ffd8ff'],
  ['png', '89504e470d0a1a0a'],
  ['gif', '474946383761'],
  ['gif', '474946383961'],
  ['tiff', '49492a00'],
  ['tiff', '4d4d002a'],
  ['tiff', '49492b00'],
  ['tiff', '4d4d002b'],
  ['jxl', 'ff0a'],
  ['jxl', '0000000c4a584c20'],
  ['jp2', '0000000c6a502020'],
  ['jp2', 'ff4fff51'],
  ['bmp', '424d'],
  ['ico', '00000100'],
  ['psd', '38425053'],
  ['pdf', '255044462d'],
];

/** HEIF brands (ISO/IEC 23008-12) of HEVC images; AV1 images say `avif` or `avis`. */
const HEIC_BRANDS = new Set(['heic', 'heix', 'hevc', 'hevx', 'heim', 'heis', 'mif1', 'msf1', 'heif']);

/** Tells a file's format by its content alone: names and content types lie. */
export function detectFormat(bytes: Buffer): DetectedFormat {
  const head = bytes.subarray(0, 16);
  const hex = head.toString('hex');
  const known = SIGNATURES.find(([, signature]) => hex.startsWith(signature));
  if (known) return known[0];
  const latin = head.toString('latin1');
  if (latin.startsWith('RIFF') && latin.slice(8, 12) === 'WEBP') return 'webp';
  if (latin.slice(4, 8) === 'ftyp') return detectHeif(bytes);
  return detectMarkup(bytes);
}

function detectHeif(bytes: Buffer): DetectedFormat {
  const end = Math.min(bytes.readUInt32BE(0), bytes.length, 256);
  const brands: string[] = [];
  for (let at = 8; at + 4 <= end; at += 4) if (at !== 12) brands.push(bytes.toString('latin1', at, at + 4));
  if (brands.some((brand) => brand === 'avif' || brand === 'avis')) return 'avif';
  return brands.some((brand) => HEIC_BRANDS.has(brand)) ? 'heic' : 'unknown';
}

function detectMarkup(bytes: Buffer): DetectedFormat {
  const text = bytes
    .subarray(0, 1024)
    .toString('utf8')
    .replaceAll('\0', '')
    .replace(/^\uFEFF/, '')
    .toLowerCase();
  if (!text.trimStart().startsWith('<')) return text.includes('%pdf-') ? 'pdf' : 'unknown';
  if (/<(!doctype\s+)?html|<head|<body|<script/.test(text)) return 'html';
  return text.includes('<svg') ? 'svg' : 'unknown';
}
