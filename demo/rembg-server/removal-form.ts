/** The names that the real server accepts. Here they all lead to the one local ISNet model. */
const MODELS = [
  'u2net',
  'u2netp',
  'u2net_human_seg',
  'u2net_cloth_seg',
  'silueta',
  'isnet-general-use',
  'isnet-anime',
  'sam',
  'birefnet-general',
  'birefnet-general-lite',
  'birefnet-portrait',
  'birefnet-dis',
  'birefnet-hrsod',
  'birefnet-cod',
  'birefnet-massive',
  'ben2-base',
];

/** What a request asks for beyond its photo. */
export interface RemovalOptions {
  /** Only the mask. */
  om: boolean;
  /** Smooth the mask. */
  ppm: boolean;
  /** Put the cut-out on this colour. */
  bgc: { r: number; g: number; b: number; alpha: number } | undefined;
}

/** One entry of a 422 answer's `detail`, in the shape of FastAPI. */
export interface Invalid {
  type: string;
  loc: (string | number)[];
  msg: string;
  input: unknown;
}

const BYTE_FIELDS = { af: 255, ab: 255, ae: Number.POSITIVE_INFINITY };
const FLAGS = ['a', 'om', 'ppm'];
const TRUE = /^(1|true|t|yes|y|on)$/i;
const FALSE = /^(0|false|f|no|n|off)$/i;

/**
 * Checks the form fields and the query of POST /api/remove as rembg does. `model` and the flags count only in the form,
 * `bgc` and `extras` only in the query. Alpha matting (`a`, `af`, `ab`, `ae`) is checked and then not done.
 */
export function readRemovalForm(
  fields: Readonly<Record<string, string>>,
  query: Readonly<Record<string, unknown>>,
): RemovalOptions | Invalid[] {
  const problems = [...modelProblems(fields.model), ...numberProblems(fields), ...flagProblems(fields)];
  const bgc = typeof query.bgc === 'string' ? readColour(query.bgc) : undefined;
  if (bgc === 'invalid')
    problems.push({
      type: 'value_error',
      loc: ['query', 'bgc'],
      msg: 'Value error, a colour is r,g,b or r,g,b,a',
      input: query.bgc,
    });
  if (problems.length > 0 || bgc === 'invalid') return problems;
  return { om: TRUE.test(fields.om ?? ''), ppm: TRUE.test(fields.ppm ?? ''), bgc };
}

/** The 422 entry for a request without a photo. */
export const missingFile: Invalid = { type: 'missing', loc: ['body', 'file'], msg: 'Field required', input: null };

function modelProblems(model = 'u2net'): Invalid[] {
  if (MODELS.includes(model)) return [];
  return [
    {
      type: 'string_pattern_mismatch',
      loc: ['body', 'model'],
      msg: `String should match pattern '${MODELS.join('|')}'`,
      input: model,
    },
  ];
}

function numberProblems(fields: Readonly<Record<string, string>>): Invalid[] {
  return Object.entries(BYTE_FIELDS).flatMap(([name, maximum]) => {
    const input = fields[name];
    if (input === undefined) return [];
    const at = { loc: ['body', name], input };
    if (!/^[+-]?\d+$/.test(input))
      return [
        { ...at, type: 'int_parsing', msg: 'Input should be a valid integer, unable to parse string as an integer' },
      ];
    if (Number(input) < 0)
      return [{ ...at, type: 'greater_than_equal', msg: 'Input should be greater than or equal to 0' }];
    if (Number(input) > maximum)
      return [{ ...at, type: 'less_than_equal', msg: `Input should be less than or equal to ${maximum}` }];
    return [];
  });
}

function flagProblems(fields: Readonly<Record<string, string>>): Invalid[] {
  return FLAGS.flatMap((name) => {
    const input = fields[name];
    if (input === undefined || TRUE.test(input) || FALSE.test(input)) return [];
    return [
      {
        type: 'bool_parsing',
        loc: ['body', name],
        msg: 'Input should be a valid boolean, unable to interpret input',
        input,
      },
    ];
  });
}

function readColour(text: string): RemovalOptions['bgc'] | 'invalid' {
  const parts = text.split(',').map(Number);
  const valid =
    (parts.length === 3 || parts.length === 4) &&
    parts.every((part) => Number.isInteger(part) && part >= 0 && part <= 255);
  if (!valid) return 'invalid';
  const [r = 0, g = 0, b = 0, a = 255] = parts;
  return { r, g, b, alpha: a / 255 };
}
