import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { alerts } from './alerts.ts';
import { grafanaFiles } from './grafana-files.ts';

const root = path.resolve(import.meta.dirname, '../..');
const folder = path.join(root, 'deploy/grafana');
const made = Object.entries(grafanaFiles());

it.each(made)('deploy/grafana/%s is what its source says, and valid', (file, text) => {
  expect(readFileSync(path.join(folder, file), 'utf8')).toBe(text);
  const parsed: unknown = file.endsWith('.json') ? JSON.parse(text) : parse(text, { strict: true });
  expect(parsed).toBeTypeOf('object');
});

it('every dashboard has panels that do not overlap', () => {
  for (const [file, text] of made.filter(([name]) => name.endsWith('.json'))) {
    const { panels } = JSON.parse(text) as { panels: { gridPos: { x: number; y: number } }[] };
    expect(panels.length, file).toBeGreaterThan(3);
    expect(new Set(panels.map(({ gridPos }) => `${gridPos.x},${gridPos.y}`)).size).toBe(panels.length);
  }
});

it('provisioning names folders and data sources that exist', () => {
  const files = globSync('provisioning/**/*.yaml', { cwd: folder });
  expect(files.length).toBeGreaterThan(2);
  for (const file of files)
    expect(parse(readFileSync(path.join(folder, file), 'utf8'))).toHaveProperty('apiVersion', 1);
});

it('every alert has a runbook', () => {
  const runbooks = readFileSync(path.join(root, 'docs/observability.md'), 'utf8');
  for (const { name } of alerts) expect(runbooks, name).toContain(`\`${name}\``);
  expect(existsSync(path.join(folder, 'alerts.yml'))).toBe(true);
});
