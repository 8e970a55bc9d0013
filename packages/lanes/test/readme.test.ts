import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { nuid } from '@nats-io/nats-core';
import { expect, inject, it } from 'vitest';

const PACKAGE = path.resolve(import.meta.dirname, '..');

it('the worker in the README runs as printed', async () => {
  const readme = await readFile(path.join(PACKAGE, 'README.md'), 'utf8');
  const code = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? '';
  // Inside the package, where its imports resolve.
  const file = path.join(PACKAGE, `readme-${nuid.next()}.ts`);
  await writeFile(file, code);
  const printed: string[] = [];
  const example = spawn(process.execPath, [file, new URL(inject('natsUrl')).host, `r${nuid.next()}_`]);
  try {
    for await (const line of createInterface({ input: example.stdout })) {
      printed.push(line);
      if (printed.length === 3) example.kill('SIGTERM');
    }
    if (example.exitCode === null) await once(example, 'exit');
    expect(example.exitCode).toBe(0);
    expect(printed.filter((line) => line.startsWith('ann'))).toEqual(['ann: one', 'ann: two']);
    expect(printed).toContain('bob: one');
  } finally {
    example.kill('SIGKILL');
    await rm(file);
  }
});
