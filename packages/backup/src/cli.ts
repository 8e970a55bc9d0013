#!/usr/bin/env node
/** `lanekeeper-backup`: saves streams and database to a folder, and brings them back. */
import { parseArgs } from 'node:util';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { backup } from './backup.ts';
import { BackupFailed } from './errors.ts';
import { restore } from './restore.ts';

const USAGE = `Usage:
  lanekeeper-backup save <folder>
  lanekeeper-backup restore <folder> [--keep-database] [--rebuild-projection] [--replicas <n>]

NATS_URL (nats://127.0.0.1:4222), STREAM_PREFIX (none) and DATABASE_URL (none: streams only) say where things are.
`;

class UsageError extends Error {}

/** Exit codes: 0 done, 1 failed, 2 not understood. */
async function main(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  try {
    const { values, positionals } = parse(args);
    const [action, dir] = positionals;
    if ((action !== 'save' && action !== 'restore') || dir === undefined) throw new UsageError(USAGE);
    const nc = await reach(env.NATS_URL ?? 'nats://127.0.0.1:4222');
    const database = env.DATABASE_URL ? { databaseUrl: env.DATABASE_URL } : {};
    try {
      const done =
        action === 'save'
          ? await backup({ nc, dir, prefix: env.STREAM_PREFIX ?? '', ...database })
          : await restore({
              nc,
              dir,
              ...database,
              keepDatabase: values['keep-database'],
              rebuildProjection: values['rebuild-projection'],
              ...(values.replicas === undefined ? {} : { replicas: Number(values.replicas) }),
            });
      process.stdout.write(`${JSON.stringify(done, null, 2)}\n`);
      return 0;
    } finally {
      await nc.close();
    }
  } catch (error) {
    if (!(error instanceof UsageError) && !(error instanceof BackupFailed)) throw error;
    process.stderr.write(`${error.message}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

function parse(args: string[]) {
  const flag = { type: 'boolean', default: false } as const;
  const options = { 'keep-database': flag, 'rebuild-projection': flag, replicas: { type: 'string' } } as const;
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  }
}

async function reach(url: string): Promise<NatsConnection> {
  const { host, username, password } = new URL(url);
  const login = username === '' ? {} : { user: decodeURIComponent(username), pass: decodeURIComponent(password) };
  try {
    return await connect({ servers: host, name: 'backup', ...login });
  } catch (cause) {
    throw new BackupFailed('UNREACHABLE', `NATS does not answer at ${host}`, { cause });
  }
}

process.exitCode = await main(process.argv.slice(2), process.env);
