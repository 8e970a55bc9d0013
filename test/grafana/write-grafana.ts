/** Writes the dashboards and alerts under deploy/grafana: `node test/grafana/write-grafana.ts`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { grafanaFiles } from './grafana-files.ts';

const folder = path.resolve(import.meta.dirname, '../../deploy/grafana');
for (const [file, text] of Object.entries(grafanaFiles())) {
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  writeFileSync(path.join(folder, file), text);
}
