/**
 * `npm run supply-chain [-- --strict]`: a software bill of materials for each service (CycloneDX, .data/sbom/), then the
 * audit of what is in the images. Fails for known vulnerabilities of moderate severity or more, and with --strict also when
 * the registry does not answer audits: then nothing is known, which is not the same as none.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const { packageManager } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const strict = process.argv.includes('--strict');

const services = readdirSync(path.join(root, 'services')).toSorted();
mkdirSync(path.join(root, '.data/sbom'), { recursive: true });
const sboms = services.map(writeSbom);
const audited = audit();
process.exit(sboms.every(Boolean) && audited ? 0 : 1);

function pnpm(...args) {
  const options = { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 };
  const { status, stdout, stderr } = spawnSync(
    'npx',
    ['--yes', packageManager, '--pm-on-fail=ignore', ...args],
    options,
  );
  return { ok: status === 0, output: `${stdout}${stderr}`.trim() };
}

function writeSbom(service) {
  const file = `.data/sbom/${service}.cdx.json`;
  const { ok, output } = pnpm(
    ...['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--prod'],
    ...['--filter', `@lanekeeper/${service}`, '--out', file],
  );
  console.log(ok ? `${file} written` : `no bill of materials for ${service}:\n${output}`);
  return ok;
}

function audit() {
  const { ok, output } = pnpm('audit', '--prod', '--audit-level', 'moderate');
  if (!output.includes('ERR_PNPM_AUDIT')) {
    console.log(output);
    return ok;
  }
  console.log(`The registry does not answer audits, so nothing is known of vulnerabilities:\n${output}`);
  return !strict;
}
