import { jobErrors } from '../../packages/contracts/src/mod.ts';
import { type DgiModule, dgiModules, isPersonal, knownTexts } from '../../packages/dgi/src/mod.ts';

/** docs/dgi.md: prose, and tables made from the module table, the known texts and the error catalogue. */
export function dgiDocument(): string {
  const modules = [...dgiModules.values()];
  const errors = Object.entries(jobErrors).filter(([code]) => code.startsWith('DGI_'));
  return [
    ...INTRODUCTION,
    ...table(
      'fetch_type | module | area | key besides the dealer | lines | `no_po` filters by | appears in a window when',
      modules.map(moduleRow),
    ),
    '',
    ...table('fetch_type | fields | with personal data', modules.map(fieldRow)),
    '',
    ...ROWS,
    '## Errors',
    '',
    ...table(
      'code | tried again | meaning',
      errors.map(([code, { retryable, meaning }]) => [`\`${code}\``, retryable ? 'yes' : 'no', meaning]),
    ),
    '',
    ...ERRORS,
    ...table(
      'text of a failed reply | matched | means | source',
      knownTexts.map((known) => [
        `\`${known.text}\``,
        known.match,
        known.means === 'EMPTY' ? 'no rows, a success' : `\`${known.means}\``,
        known.source,
      ]),
    ),
    '',
    ...DEMO,
  ].join('\n');
}

function table(heads: string, rows: readonly (readonly string[])[]): string[] {
  return [
    `| ${heads} |`,
    heads.replace(/[^|]+/g, '---').replace(/^|$/g, '|'),
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ];
}

function moduleRow({ fetchType, module, area, naturalKey, nested, noPoFilter, appearsWhen }: DgiModule): string[] {
  const lines = nested.map(({ name }) => `\`${name}\``).join(', ') || 'none';
  const filter = noPoFilter === null ? 'not possible' : `\`${noPoFilter}\``;
  return [`\`${fetchType}\``, `\`${module}\``, area, `\`${naturalKey[1]}\``, lines, filter, appearsWhen];
}

function fieldRow({ fetchType, fields, nested }: DgiModule): string[] {
  const all = [...fields, ...nested.flatMap((part) => part.fields)];
  const personal = all.filter(isPersonal);
  return [`\`${fetchType}\``, String(all.length), personal.map(({ name }) => name).join(', ') || 'none'];
}

const INTRODUCTION = `# Dealer data: DGI v1.3

DGI (Dealer Group Integration) is the web service through which main dealers of the Honda motorcycle trade in Indonesia show
their dealers' data. \`packages/dgi\` reads all 15 modules of it: one request per time window, one answer with all rows.
Made by \`node test/docs/write-dgi.ts\`; a test keeps it true.

## Modules

All that is known about a module stands in \`packages/dgi/src/modules/dgi-modules.json\`, checked by a schema at the start.
To add a field or spelling, change that file.
`.split('\n');

const ROWS = `## Settings of a dealer group

| setting | default | what |
|---|---|---|
| \`baseUrl\` | | up to and including the version: \`https://example.com/dgi-api/v1.3\` |
| \`environment\` | | \`live\` or \`sandbox\`; a credential of the other one is never sent |
| \`timeZone\` | | IANA zone of the server's wall clock, in which windows are asked for and rows are stored |
| \`tokenSeparator\` | empty | between key, secret and time in the token; a colon for some main dealers |
| \`prslFilter\` | \`noPO\` | name of the sales order filter of \`prsl\`; some servers call it \`noSO\` |

## Windows

A range is split into windows of at most 6 days 23:59:59 that overlap by 5 minutes (both can be set), by the server's wall
clock. A range that begins before the first second of the 30th day before today is refused (\`DGI_RANGE\`), naming that
second: the server would silently answer with less. Rows are stored by key, so what comes twice changes nothing.

## Rows

- Field names match without regard to case, by every known spelling. Texts are trimmed; \`""\`, \`null\` and absent are the same.
- Dates become \`YYYY-MM-DD\`, time stamps \`YYYY-MM-DD HH:MM:SS\` of the server's wall clock, numbers with a decimal comma numbers.
- Codes stay text: main dealers use codes of their own. Unknown ones are counted.
- Fields that the document does not know, and values that their column cannot hold, are kept as sent (\`extra\`) and noted.
- A row without \`dealerId\` belongs to the dealer that was asked for; if none was, or the row names another, it is refused.
  So is a row without a document number. Nothing else is.
- Rows that share a key (one row per joined line) become one. Its lines are joined, and identical ones dropped only then.

## Clock

Each request is signed afresh. Servers refuse a time that is more than 10 seconds off. The client learns the server's clock
from the \`Date\` header of every answer; when its own is refused, it signs once more by the server's, and keeps to that.

## Memory

An answer's text is kept once, and its rows are parsed when they are reached: 50,000 prospects (50 MB) are read with a peak
of about 370 MB under \`--max-old-space-size=256\`, which a worker of 512 MB should be given.
`.split('\n');

const ERRORS =
  `A host name that is not known and a certificate that is not valid are \`DGI_NETWORK\` errors that are not tried again. Messages
quote the server's own text with secrets, numbers of people and e-mail addresses masked.

Servers fail with status 0 and a text. An unknown text is a \`DGI_FILTER\` error; the known ones stand in
\`packages/dgi/src/client/known-texts.json\` (\`assumed\`: the document names the case and gives no text).
`.split('\n');

const DEMO = `## A server to try it with

\`demo/dealer-api\` speaks DGI v1.3 for two groups with five dealers: \`nusantara\` as the document says, \`timur\` as real servers
were seen to. Its data is made up, the same for the same seed and day, and consistent: prospect, order, invoices, credit,
delivery, documents; work orders and their invoices; purchases and receipts.

| route | what |
|---|---|
| \`GET /judge/counts?dealerId&module&from&to\` | rows and lines that a complete fetch must end with |
| \`GET /judge/requests\` | protocol requests so far, by group |
| \`POST /judge/behaviour {scope, behaviour}\` | makes a group or dealer misbehave: clock, token, quota, window, errors, slowness, cut answers, spellings, joined lines, rows without key; \`DELETE\` ends all |
| \`POST /judge/touch {dealerId, module, count, at?}\` | changes the oldest rows now |
| \`POST /judge/bulk {dealerId, module, count, at?}\` | adds many rows, for huge answers |
`.split('\n');
