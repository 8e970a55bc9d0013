import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { freshDatabase } from '@lanekeeper/local-stack';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { single } from './a-gateway.ts';
import { startStatusServer } from './status-server.ts';

const main = path.join(import.meta.dirname, '../src/main.ts');
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'gateway-process-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** Starts the gateway as a process of its own; `lines` are what it logs. */
function start(env: Record<string, string>) {
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH, PORT: '0', MEDIA_DIR: path.join(dir, 'media'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  let errors = '';
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  child.stderr.on('data', (part: Buffer) => {
    errors += part;
  });
  return { child, lines, errors: () => errors, exit: once(child, 'exit') as Promise<[number | null]> };
}

async function urlOf(lines: readonly string[]): Promise<string> {
  return vi.waitFor(
    () => {
      const url = lines.map((line) => /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0]).find((found) => found !== undefined);
      if (url === undefined) throw new Error(`not listening yet: ${lines.at(-1)}`);
      return url;
    },
    { timeout: 15_000 },
  );
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test('without authentication on an address that others reach it refuses to start, saying why', async () => {
  const { exit, errors } = start({ HOST: '0.0.0.0', DATABASE_URL: 'mysql://u:secret@127.0.0.1:1/none' });
  expect((await exit)[0]).toBe(78);
  expect(errors()).toMatch(/AUTH=off.*loopback/);
  expect(errors()).not.toContain('secret');
});

test('it serves, logs no query and no body, and on SIGTERM ends open streams and exits 0', async () => {
  await using database = await freshDatabase(inject('mysqlAdminUrl'));
  await using status = await startStatusServer();
  const { child, lines, exit } = start({
    NATS_URL: inject('natsUrl'),
    DATABASE_URL: database.url,
    STATUS_URL: status.url,
    STREAM_PREFIX: `gwp${process.pid}-`,
  });
  try {
    const url = await urlOf(lines);
    await vi.waitFor(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200), { timeout: 15_000 });
    const submitted = await fetch(`${url}/api/image-queue/remove-bg-queue?token=secret-query`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...single, recordId: 'secret-body' }),
    });
    expect(submitted.status).toBe(202);
    const opened = status.nextStream();
    const stream = await fetch(`${url}/v1/events`);
    await opened;
    child.kill('SIGTERM');
    expect(await stream.text()).toBe('');
    expect((await exit)[0]).toBe(0);
    expect(lines.join('\n')).toContain('/api/image-queue/remove-bg-queue');
    expect(lines.join('\n')).not.toContain('secret');
  } finally {
    await ended(child);
  }
});

test('with nothing up it listens, lives, and names what is missing', async () => {
  const { child, lines, exit } = start({
    NATS_URL: 'nats://127.0.0.1:1',
    DATABASE_URL: 'mysql://u:secret@127.0.0.1:1/none',
    STATUS_URL: 'http://127.0.0.1:1',
  });
  try {
    const url = await urlOf(lines);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const ready = await fetch(`${url}/readyz`);
    expect(ready.status).toBe(503);
    const { missing } = (await ready.json()) as { missing: Record<string, string> };
    expect(Object.keys(missing).toSorted()).toEqual(['database', 'nats', 'status']);
    expect(Object.values(missing).every((why) => why.length > 0)).toBe(true);
    const submitted = await fetch(`${url}/api/image-queue/remove-bg-queue`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(single),
    });
    expect(submitted.status).toBe(503);
    expect(submitted.headers.get('retry-after')).toBeTruthy();
    child.kill('SIGTERM');
    expect((await exit)[0]).toBe(0);
    expect(lines.join('\n')).not.toContain('secret');
  } finally {
    await ended(child);
  }
});
