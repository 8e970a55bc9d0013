import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

/** The status service as a process of its own. */
export type StatusProcess = { stop: () => Promise<void> };

/** Starts the status service at a port, over these servers and names. */
export function startStatusProcess(settings: {
  natsUrl: string;
  databaseUrl: string;
  prefix: string;
  port: number;
}): StatusProcess {
  const main = path.join(import.meta.dirname, '../../status/src/main.ts');
  const child = spawn(process.execPath, [main], {
    env: {
      PATH: process.env.PATH,
      NATS_URL: settings.natsUrl,
      DATABASE_URL: settings.databaseUrl,
      STREAM_PREFIX: settings.prefix,
      PORT: String(settings.port),
      LOG_LEVEL: 'silent',
    },
    stdio: 'ignore',
  });
  return {
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    },
  };
}
