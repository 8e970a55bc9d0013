import { describeVariables } from '@lanekeeper/service-kit';
import type { TObject } from 'typebox';
import { BrowserWorkerVariables } from '../../services/browser-worker/src/config.ts';
import { FetchWorkerVariables } from '../../services/fetch-worker/src/config.ts';
import { GatewayVariables } from '../../services/gateway/src/config.ts';
import { ImageWorkerVariables } from '../../services/image-worker/src/config.ts';
import { StatusConfig } from '../../services/status/src/config.ts';

/** The schema of every service's environment. */
export const services: Record<string, TObject> = {
  gateway: GatewayVariables,
  status: StatusConfig,
  'image-worker': ImageWorkerVariables,
  'browser-worker': BrowserWorkerVariables,
  'fetch-worker': FetchWorkerVariables,
};

/** docs/configuration.md, made from the schemas that the services check their environment with. */
export function configurationDocument(): string {
  const sections = Object.entries(services).map(([name, schema]) => [
    `## ${name}`,
    '',
    '| variable | default | values | what |',
    '|---|---|---|---|',
    ...describeVariables(schema).map(
      (row) => `| \`${row.name}\` | ${row.default && `\`${row.default}\``} | ${row.rule} | ${row.description} |`,
    ),
    '',
  ]);
  return [
    '# Configuration',
    '',
    'Services read their configuration from the environment, and only there. A value that breaks its rule stops the start',
    '(exit code 78) with a message that names every wrong variable. Made by `node test/docs/write-configuration.ts` from the',
    'schemas in `services/*/src/config.ts`; a test keeps it true.',
    '',
    ...sections.flat(),
  ].join('\n');
}
