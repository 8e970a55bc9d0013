import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { httpProblems, jobErrors } from '../src/mod.ts';

const document = readFileSync(path.resolve(import.meta.dirname, '../../../docs/errors.md'), 'utf8');
const rows = new Set(document.split('\n'));

describe('docs/errors.md', () => {
  it.each(Object.entries(httpProblems))(
    'lists the answer code %s with its status and title',
    (code, { status, title }) => {
      expect(rows).toContain(`| \`${code}\` | ${status} | ${title} |`);
    },
  );

  it.each(Object.entries(jobErrors))('lists the job code %s with what it means', (code, { retryable, meaning }) => {
    expect(rows).toContain(`| \`${code}\` | ${retryable ? 'yes' : 'no'} | ${meaning} |`);
  });

  it('lists no code that does not exist', () => {
    const listed = [...document.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code);
    expect(listed.toSorted()).toEqual([...Object.keys(httpProblems), ...Object.keys(jobErrors)].toSorted());
  });
});
