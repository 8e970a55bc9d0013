/**
 * Writes .env for docker compose: .env.example with fresh secrets. `--demo` tries it with a simulated outside world.
 * Never touches a .env that is there. `--print` prints it instead.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const flags = process.argv.slice(2);
// NATS would read a password of digits as a number.
const password = () => `p${randomBytes(18).toString('hex')}`;
const values = {
  NATS_PASSWORD: password(),
  MYSQL_PASSWORD: password(),
  MYSQL_ROOT_PASSWORD: password(),
  GRAFANA_PASSWORD: password(),
  AUTH_SECRET: randomBytes(32).toString('base64url'),
  SECRETS_KEY: `k1:${randomBytes(32).toString('base64')}`,
  ...(flags.includes('--demo') ? demo() : {}),
};

const example = readFileSync(path.join(root, '.env.example'), 'utf8');
const text = Object.entries(values).reduce(
  (env, [name, value]) => env.replace(new RegExp(`^#?${name}=.*$`, 'm'), `${name}=${value}`),
  example,
);
if (flags.includes('--print')) process.stdout.write(text);
else write();

/** The demo's model runs on processors that everything shares: on a busy machine a photo may take a minute. */
function demo() {
  return {
    COMPOSE_PROFILES: 'demo',
    REMBG_URLS: 'http://demo-rembg:5000',
    REMBG_TIMEOUT_MS: '90000',
    REMOVE_BG_TIMEOUT_MS: '240000',
    PHOTO_ALLOWED_HOSTS: 'demo-photos:5080',
    GENERIC_SITE_URL: 'http://demo-marketplace:5090',
  };
}

function write() {
  try {
    writeFileSync(path.join(root, '.env'), text, { flag: 'wx', mode: 0o600 });
    console.log('.env written, with fresh secrets');
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    console.error(
      '.env is there already: remove it first if you want new secrets (the old volumes will not open with them)',
    );
    process.exitCode = 1;
  }
}
