import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

/** The product under docker compose, under a project name and secrets of its own; disposing of it leaves nothing behind. */
export interface Compose extends AsyncDisposable {
  /** Runs `docker compose <args>`, progress straight to the terminal. Throws when it fails. */
  run(...args: string[]): Promise<void>;
  /** Runs `docker compose <args>` and answers what it prints. Throws when it fails. */
  read(...args: string[]): Promise<string>;
}

/** The services that this working copy has: those of docker-compose.yml that can be built. */
export const ownServices = (): string[] =>
  globSync('services/*/src/main.ts', { cwd: root })
    .map((file) => file.split(path.sep)[1] as string)
    .toSorted();

/** The simulated sites of the demo profile that this working copy has, besides the photo host and rembg. */
export const outsideSites = (): string[] =>
  globSync('demo/{marketplace,dealer-api}/main.ts', { cwd: root }).map(
    (file) => `demo-${path.basename(path.dirname(file))}`,
  );

/** Whether a Docker daemon answers, with Compose. */
export const dockerAnswers = (): Promise<boolean> =>
  Promise.all([execute('docker', ['info'], 'ignore'), execute('docker', ['compose', 'version'], 'ignore')]).then(
    () => true,
    () => false,
  );

/** A project with the demo profile; COMPOSE_FILE may name overrides, as always. */
export async function composeProject(): Promise<Compose> {
  const dir = await mkdtemp(path.join(tmpdir(), 'lanekeeper-compose-'));
  const file = path.join(dir, 'env');
  const env = await execute(process.execPath, ['deploy/compose/make-env.mjs', '--demo', '--print'], 'pipe');
  await writeFile(file, env.replace(/^GATEWAY_PORT=.*$/m, 'GATEWAY_PORT=0'), { mode: 0o600 });
  const compose = [
    'compose',
    '--project-name',
    path.basename(dir).toLowerCase(),
    '--env-file',
    file,
    '--progress',
    'plain',
  ];
  const read = (...args: string[]) => execute('docker', [...compose, ...args], 'pipe');
  const run = async (...args: string[]) => void (await execute('docker', [...compose, ...args], 'inherit'));
  return {
    run,
    read,
    async [Symbol.asyncDispose]() {
      await run('down', '--volumes', '--timeout', '20');
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** What the project's database answers to a statement, without headings. */
export const query = (compose: Compose, sql: string): Promise<string> =>
  compose.read(
    'exec',
    '-T',
    'mysql',
    'sh',
    '-c',
    `mysql -N -uroot -p"$MYSQL_ROOT_PASSWORD" "$MYSQL_DATABASE" -e "${sql}"`,
  );

async function execute(command: string, args: string[], output: 'pipe' | 'inherit' | 'ignore'): Promise<string> {
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', output, output === 'pipe' ? 'inherit' : output] });
  let text = '';
  child.stdout?.on('data', (part: Buffer) => {
    text += part;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}`);
  return text;
}
