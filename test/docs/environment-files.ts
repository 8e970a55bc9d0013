import { describeVariables, type VariableDescription } from '@lanekeeper/service-kit';
import { services } from './configuration-tables.ts';

type Setting = readonly [name: string, value: string, what: string];

/** What docker-compose.yml itself reads. */
const compose: readonly Setting[] = [
  ['COMPOSE_PROFILES', 'rembg', 'rembg: on processors; gpu: on a graphics card; demo: a simulated outside world'],
  ['IMAGE_PREFIX', 'lanekeeper', "Where the services' images are, e.g. registry.example/lanekeeper"],
  ['IMAGE_TAG', 'dev', 'Which images'],
  ['GATEWAY_BIND', '127.0.0.1', 'Address on which the gateway is published'],
  ['GATEWAY_PORT', '3000', 'Port on which the gateway is published'],
  ['GRAFANA_BIND', '127.0.0.1', 'Address on which Grafana is published'],
  ['GRAFANA_PORT', '3300', 'Port on which Grafana is published'],
  ['REMBG_GPU_IMAGE', 'rembg-gpu', 'Profile gpu: an image with `rembg s` and CUDA'],
  ['REMBG_THREADS', '2', 'Profile demo: threads of the model'],
  ['NATS_USER', 'lanekeeper', 'Login of the services at NATS'],
];
/** Secrets, which `deploy/compose/make-env.mjs` makes. */
const secrets: readonly Setting[] = [
  ['NATS_PASSWORD', '', 'Password of NATS_USER; begins with a letter'],
  ['MYSQL_PASSWORD', '', 'Password of the database user "lanekeeper"'],
  ['MYSQL_ROOT_PASSWORD', '', 'Password of the database user "root"'],
  ['GRAFANA_PASSWORD', '', 'Password of Grafana\'s user "admin"'],
  ['AUTH_SECRET', '', 'Signs tokens and tickets; 32 characters or more'],
  ['SECRETS_KEY', '', 'Encrypts stored accounts and keys of dealers, id:base64 of 32 bytes'],
];
/** What docker-compose.yml sets for each service, by what is where. */
const wired = [
  'HOST',
  'PORT',
  'AUTH',
  'NATS_URL',
  'DATABASE_URL',
  'STATUS_URL',
  'MEDIA_DIR',
  'EVIDENCE_DIR',
  'CHROMIUM_PATH',
  'CHROMIUM_SANDBOX',
  'DRAIN_TIMEOUT_MS',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
];

const elsewhere = new Set([...secrets.map(([name]) => name), ...wired]);

/** Every file about the environment, by its path: what services read, for docker-compose.yml and for people. */
export function environmentFiles(): Record<string, string> {
  const perService = Object.entries(services).map(([name, schema]) => {
    const names = describeVariables(schema).map((variable) => variable.name);
    const lines = names
      .filter((variable) => !elsewhere.has(variable))
      .map((variable) => `${variable}=\${${variable}-}`);
    const text = `# Made by test/docs/write-configuration.ts: what ${name} takes from .env. Empty: its default.\n${lines.join('\n')}\n`;
    return [`deploy/compose/env/${name}.env`, text];
  });
  return { '.env.example': example(), ...Object.fromEntries(perService) };
}

function example(): string {
  const known = variables();
  return [
    '# Every variable, with its default. Made by test/docs/write-configuration.ts from the schemas of the services;',
    '# `node deploy/compose/make-env.mjs` copies it to .env and fills in the secrets.',
    section(
      'docker compose',
      compose.map(([name, value, what]) => entry(name, value, what)),
    ),
    section(
      'Secrets',
      secrets.map(([name, value, what]) => entry(name, value, what)),
    ),
    section('Settings of the services', known.filter(([{ name }]) => !elsewhere.has(name)).map(optional)),
    section(
      'Set by docker-compose.yml: for services that run without it',
      known.filter(([{ name }]) => wired.includes(name)).map(optional),
    ),
  ].join('\n');
}

/** Every variable of a service, and the services that read it. */
function variables(): [VariableDescription, string[]][] {
  const byName = new Map<string, [VariableDescription, string[]]>();
  for (const [service, schema] of Object.entries(services)) {
    for (const variable of describeVariables(schema)) {
      const seen = byName.get(variable.name);
      if (seen) seen[1].push(service);
      else byName.set(variable.name, [variable, [service]]);
    }
  }
  return [...byName.values()].toSorted(([a], [b]) => a.name.localeCompare(b.name));
}

const section = (title: string, entries: readonly string[]) => `\n# --- ${title}\n\n${entries.join('\n')}`;
const entry = (name: string, value: string, what: string) => `# ${what}\n${name}=${value}\n`;

function optional([{ name, default: standard, description }, readers]: [VariableDescription, string[]]): string {
  const value = standard === '(required)' ? '' : standard;
  return `# ${description} (${readers.join(', ')})\n#${name}=${value}\n`;
}
