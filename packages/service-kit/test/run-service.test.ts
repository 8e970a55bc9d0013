import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { freePort } from '@lanekeeper/local-stack';
import { expect, it } from 'vitest';

const ENTRY = path.join(import.meta.dirname, 'example-service.ts');

type Run = {
  child: ChildProcess;
  output: () => string;
  said: (text: string) => Promise<void>;
  exited: Promise<number>;
};

function run(env: Record<string, string>): Run {
  const child = spawn(process.execPath, [ENTRY], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      output += String(chunk);
    });
  }
  return {
    child,
    output: () => output,
    said: async (text) => {
      while (!output.includes(text)) await once(child.stdout ?? child, 'data');
    },
    exited: once(child, 'close').then(([code]) => code as number),
  };
}

it.each(['SIGTERM', 'SIGINT'] as const)('releases what it holds at %s and exits with 0', async (signal) => {
  const service = run({});
  await service.said('"started"');
  service.child.kill(signal);
  expect(await service.exited).toBe(0);
  expect(service.output()).toContain('"released"');
});

it('releases what it has acquired when the start fails, and exits with 1', async () => {
  const service = run({ FAIL_START: 'yes' });
  expect(await service.exited).toBe(1);
  expect(service.output()).toContain('could not start');
  expect(service.output()).toContain('"released"');
});

it('exits with 78 and names the wrong variable when the configuration is not valid', async () => {
  const service = run({ PORT: '-1' });
  expect(await service.exited).toBe(78);
  expect(service.output()).toMatch(/PORT .*Port to listen on/);
});

it('stops in time when what it reports to does not answer', async () => {
  const nobody = `http://127.0.0.1:${await freePort()}`;
  const service = run({ OTEL_EXPORTER_OTLP_ENDPOINT: nobody, DRAIN_TIMEOUT_MS: '0' });
  await service.said('"started"');
  service.child.kill('SIGTERM');
  expect(await service.exited).toBe(0);
});

it('keeps secrets out of its log', async () => {
  const service = run({});
  await service.said('"holding"');
  service.child.kill('SIGTERM');
  await service.exited;
  expect(service.output()).toContain('[redacted]');
  expect(service.output()).not.toMatch(/hunter2|"abc"/);
});
