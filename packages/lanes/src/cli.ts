#!/usr/bin/env node
/** `lanes`: look at lanes and jobs, and act on them, from a terminal. NATS_URL and STREAM_PREFIX say where. */
import { parseArgs } from 'node:util';
import { names } from '@lanekeeper/contracts';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { type CliOptions, cliCommands, UsageError } from './cli-commands.ts';
import { LanesError } from './errors.ts';
import { openLanes } from './open-lanes.ts';

const USAGE = `Usage: lanes <command> [--json]

${Object.values(cliCommands)
  .map(({ usage }) => `  ${usage}\n`)
  .join('')}
NATS_URL (nats://127.0.0.1:4222) and STREAM_PREFIX (none) say where the lanes are.
`;

/** Exit codes: 0 done, 1 refused or failed, 2 not understood. */
async function main(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  try {
    const { values, positionals } = parse(args);
    const [name = '', ...rest] = positionals;
    if (values.help) return print(USAGE);
    const command = Object.hasOwn(cliCommands, name) ? cliCommands[name] : undefined;
    if (!command) throw new UsageError(name === '' ? 'no command' : `no command "${name}"`);
    const nc = await reach(env.NATS_URL ?? 'nats://127.0.0.1:4222');
    try {
      const lanes = await openExisting(nc, env.STREAM_PREFIX ?? '');
      const { data, text } = await command.run(lanes, rest, values);
      return print(values.json ? `${JSON.stringify(data, null, 2)}\n` : text);
    } finally {
      await nc.close();
    }
  } catch (error) {
    return complain(error);
  }
}

function parse(args: string[]): { values: CliOptions & { help: boolean }; positionals: string[] } {
  const flag = { type: 'boolean', default: false } as const;
  const text = { type: 'string' } as const;
  const texts = { reason: text, limit: text, workload: text, lane: text, code: text, since: text };
  const options = { json: flag, help: flag, force: flag, 'dry-run': flag, ...texts };
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function reach(url: string): Promise<NatsConnection> {
  const { host, username, password } = new URL(url);
  const login = username === '' ? {} : { user: username, pass: password };
  try {
    return await connect({ servers: host, name: 'lanes', ...login });
  } catch (cause) {
    throw new LanesError('UNAVAILABLE', `NATS does not answer at ${host}`, { cause });
  }
}

/** Opens lanes that are there: a wrong prefix must not create new ones. */
async function openExisting(nc: NatsConnection, prefix: string) {
  const jsm = await jetstreamManager(nc);
  const { commandsStream } = names(prefix);
  await jsm.streams.info(commandsStream).catch((cause: unknown) => {
    throw new LanesError('REFUSED', `there are no lanes here: no stream ${commandsStream}`, { cause });
  });
  return openLanes({ nc, prefix });
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

function complain(error: unknown): number {
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\n\n${USAGE}`);
    return 2;
  }
  const code = error instanceof LanesError ? `${error.code}: ` : '';
  process.stderr.write(`${code}${error instanceof Error ? error.message : String(error)}\n`);
  return 1;
}

process.exitCode = await main(process.argv.slice(2), process.env);
