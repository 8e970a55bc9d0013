/**
 * `npm run bench [-- NAME ...] [--save]`: measures and prints a table a part; `--save` also writes them to
 * docs/benchmarks.md, between its markers.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import path from 'node:path';
import { keepsTarget, type Row } from './row.ts';

type Part = { title: string; load: () => Promise<{ run: () => Promise<Row[]> }> };

const parts: Record<string, Part> = {
  accept: { title: 'Accepting work', load: () => import('./accept.ts') },
  start: { title: 'Starting work', load: () => import('./start.ts') },
  lanes: { title: 'Lanes', load: () => import('./lanes.ts') },
  cluster: { title: 'One NATS server and a cluster of three', load: () => import('./cluster.ts') },
  image: { title: 'The image worker itself', load: () => import('./image-overhead.ts') },
  browser: { title: 'A browser for each operation', load: () => import('./browser-overhead.ts') },
  tracing: { title: 'What tracing costs', load: () => import('./tracing.ts') },
  fetch: { title: 'Dealer data into the database', load: () => import('./fetch.ts') },
  status: { title: 'Seeing what happens', load: () => import('./status-latency.ts') },
};

const args = process.argv.slice(2);
const wanted = args.filter((arg) => !arg.startsWith('-'));
const unknown = wanted.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0) {
  console.error(`Unknown: ${unknown.join(', ')}. There are: ${Object.keys(parts).join(', ')}.`);
  process.exit(2);
}

const sections = new Map<string, string>();
const memory = Math.round(totalmem() / 2 ** 30);
const machine = `${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores, ${memory} GiB, Node ${process.version}`;
for (const [name, { title, load }] of Object.entries(parts)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const rows = await (await load()).run();
  const heading = `### ${title} (\`npm run bench -- ${name}\`)`;
  const section = [heading, '', `Measured ${machine}.`, '', ...markdownTable(rows)].join('\n');
  console.log(`\n${section}`);
  sections.set(name, section);
}
if (args.includes('--save')) await save(sections);

function markdownTable(rows: readonly Row[]): string[] {
  return [
    '| what | measured | target | |',
    '|---|---:|---:|---|',
    ...rows.map((row) => {
      const kept = keepsTarget(row);
      const mark = kept === undefined ? '' : kept ? 'kept' : '**missed**';
      const target = row.target === undefined ? '' : `${row.unit === '/s' ? '>=' : '<='} ${row.target} ${row.unit}`;
      return `| ${row.what} | ${row.value} ${row.unit} | ${target} | ${mark} |`;
    }),
  ];
}

/** Puts measured sections into the document in place of their last ones; the others stay. */
async function save(measured: ReadonlyMap<string, string>): Promise<void> {
  const file = path.resolve(import.meta.dirname, '../docs/benchmarks.md');
  const document = await readFile(file, 'utf8');
  const kept = document.match(/<!-- measured -->([\s\S]*)<!-- \/measured -->/)?.[1] ?? '';
  const sections = new Map(
    kept
      .split(/^(?=### )/m)
      .map((section) => [section.match(/npm run bench -- (\w+)/)?.[1] ?? '', section.trim()] as const)
      .filter(([name]) => name !== ''),
  );
  for (const [name, section] of measured) sections.set(name, section);
  const text = [...sections.values()].join('\n\n');
  const block = `<!-- measured -->\n${text}\n<!-- /measured -->`;
  await writeFile(
    file,
    document.replace(/<!-- measured -->[\s\S]*<!-- \/measured -->/, () => block),
  );
}
