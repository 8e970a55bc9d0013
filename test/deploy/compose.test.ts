import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '@lanekeeper/local-stack';
import { loadConfig } from '@lanekeeper/service-kit';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { images } from '../backend/docker.ts';
import { DEALER_API, PHOTO } from '../compose/outside-work.ts';
import { services as schemas } from '../docs/configuration-tables.ts';

interface ComposeService {
  image: string;
  profiles?: string[];
  build?: { target: string; args: Record<string, string> };
  environment?: Record<string, string>;
  env_file?: { path: string }[];
  networks?: string[];
  restart?: string;
  read_only?: boolean;
  cap_drop?: string[];
  mem_limit?: string;
  healthcheck?: object;
  stop_grace_period?: string;
}

const read = (file: string) => readFileSync(path.join(projectRoot, file), 'utf8');
const { services } = parse(read('docker-compose.yml'), { merge: true }) as { services: Record<string, ComposeService> };
const built = globSync('services/*/src/main.ts', { cwd: projectRoot }).map((file) => file.split('/')[1] as string);
/** What has one right value in an image. */
const byImage = new Set(['DRAIN_TIMEOUT_MS', 'CHROMIUM_PATH']);
const shell: Record<string, string> = {
  NATS_PASSWORD: 'n1',
  MYSQL_PASSWORD: 'm1',
  AUTH_SECRET: 's'.repeat(32),
  SECRETS_KEY: `k1:${Buffer.alloc(32).toString('base64')}`,
};

/** `${NAME:-default}`, `${NAME-default}` and `${NAME:?message}` as Compose fills them in. */
const filledIn = (value: string) =>
  value.replace(/\$\{(\w+)(?::?-([^}]*)|:\?[^}]*)?\}/g, (_all, name: string, standard = '') => shell[name] ?? standard);

describe.each(built)('%s in docker-compose.yml', (name) => {
  const service = services[name] as ComposeService;

  it('is built by the one pattern, and runs as little as it can', () => {
    expect(service, 'an entry').toBeDefined();
    expect(service.build).toMatchObject({
      target: 'service',
      args: { SERVICE: name, PORT: service.environment?.PORT },
    });
    expect(service).toMatchObject({ restart: 'unless-stopped', read_only: true, cap_drop: ['ALL'] });
    expect(service.mem_limit).toBeTruthy();
    expect(service.healthcheck).toMatchObject({ test: ['CMD', 'node', '/app/healthcheck.mjs', '/readyz'] });
  });

  it('starts with the environment that it gets, and may be given every variable of its schema', () => {
    const schema = schemas[name];
    if (!schema) throw new Error(`${name} is not in test/docs/configuration-tables.ts`);
    const wired = Object.entries(service.environment ?? {}).map(([key, value]) => [key, filledIn(String(value))]);
    expect(loadConfig(schema, Object.fromEntries(wired)).HOST).toBe('0.0.0.0');
    const file = read(service.env_file?.[0]?.path ?? '');
    const known = new Set([...wired.map(([key]) => key), ...(file.match(/^\w+(?==)/gm) ?? [])]);
    expect(Object.keys(schema.properties).filter((key) => !known.has(key) && !byImage.has(key))).toEqual([]);
  });

  it('has the time to stop that its drain takes', () => {
    const drainMs = Number(service.environment?.DRAIN_TIMEOUT_MS ?? 30_000);
    expect(Number.parseInt(service.stop_grace_period ?? '0', 10) * 1_000).toBeGreaterThan(drainMs + 5_000);
  });
});

describe('the demo profile', () => {
  const env = execFileSync(process.execPath, ['deploy/compose/make-env.mjs', '--demo', '--print'], {
    cwd: projectRoot,
    encoding: 'utf8',
  });
  const named = [env, PHOTO, DEALER_API].join('\n').matchAll(/^[^#\n]*?(demo-[\w-]+):(\d+)/gm);
  const addresses = new Map([...named].map(([, name = '', port]) => [name, port]));

  it('has every site that its settings and the smoke test name, where they say', () => {
    const sites = Object.entries(services).filter(([, { profiles }]) => profiles?.includes('demo'));
    expect(addresses).toEqual(new Map(sites.map(([name, { environment }]) => [name, environment?.PORT])));
  });

  it.each([
    ['image-worker', 'demo-rembg'],
    ['image-worker', 'demo-photos'],
    ['browser-worker', 'demo-photos'],
    ['browser-worker', 'demo-marketplace'],
    ['fetch-worker', 'demo-dealer-api'],
  ])('lets %s reach %s', (worker, site) => {
    expect(services[worker]?.networks).toEqual(expect.arrayContaining(services[site]?.networks ?? ['none']));
  });
});

describe('docker-compose.yml', () => {
  it('pins every image that is not built here', () => {
    const foreign = Object.values(services).filter(({ build, profiles }) => !build && !profiles?.includes('gpu'));
    expect(foreign.length).toBeGreaterThan(3);
    for (const { image } of foreign) expect(image).toMatch(/:\d+\.\d+/);
    expect(services.nats?.image).toBe(images.nats);
    expect(services.mysql?.image).toBe(images.mysql);
  });

  it('keeps what is AGPL out of everything but the demo profile', () => {
    const targets = Object.values(services).filter(({ build }) => build?.args?.SERVICE === 'demo');
    for (const { profiles, build } of targets) expect([profiles, build?.target]).toEqual([['demo'], 'demo']);
    const stages = read('Dockerfile').split(/^FROM /m);
    const using = stages.filter((stage) => /\bdemo\b/.test(stage.split('\n')[0] ?? '') || /COPY demo /.test(stage));
    expect(using.map((stage) => stage.split('\n')[0])).toEqual(['plain AS demo']);
  });

  it('writes everything that NATS acknowledges to disk', () => {
    expect(read('deploy/nats/nats-server.conf')).toMatch(/^\s*sync_interval: always$/m);
    const values = parse(read('deploy/helm/nats-values.yaml')) as { config: { jetstream: { merge: object } } };
    expect(values.config.jetstream.merge).toEqual({ sync_interval: 'always' });
  });
});
