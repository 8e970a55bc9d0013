import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { connect } from '@nats-io/transport-node';
import { expect, test } from 'vitest';

const STARTER = path.join(import.meta.dirname, 'start-and-wait.ts');

test('a server does not outlive a parent that is killed with kill -9', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'local-guard-'));
  const parent = spawn(process.execPath, [STARTER, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [url] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string];
  const connection = await connect({ servers: url, reconnect: false });

  parent.kill('SIGKILL');
  await connection.closed();

  await expect(connect({ servers: url, reconnect: false, timeout: 2_000 })).rejects.toThrow();
  await rm(dir, { recursive: true, force: true });
});
