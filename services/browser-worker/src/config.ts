import {
  commonVariables,
  databaseVariables,
  limitsFrom,
  limitVariablesOf,
  loadConfig,
  natsVariables,
  secretsVariables,
} from '@lanekeeper/service-kit';
import { workerVariables } from '@lanekeeper/worker-kit';
import Type, { type Static } from 'typebox';

const siteUrl = (standard: string, what: string) =>
  Type.String({ default: standard, pattern: '^https?://[^\\s]*[^\\s/]$', description: `Base URL of ${what}` });

/** Where the sites are and how browsers are started; also what `npm run account` reads. */
export const siteVariables = {
  CHROMIUM_PATH: Type.String({ default: '/usr/bin/chromium', minLength: 1, description: 'The Chromium program' }),
  CHROMIUM_SANDBOX: Type.Union([Type.Literal('auto'), Type.Literal('on'), Type.Literal('off')], {
    default: 'auto',
    description: "Chromium's own sandbox: auto is on, unless the process is root",
  }),
  GENERIC_SITE_URL: siteUrl('http://127.0.0.1:5090', 'the site of accounts with site generic'),
  FACEBOOK_SITE_URL: siteUrl('https://www.facebook.com', 'the site of accounts with site facebook'),
};

/** The browser worker's variables: names, rules, defaults. */
export const BrowserWorkerVariables = Type.Object({
  ...commonVariables,
  ...natsVariables,
  ...databaseVariables,
  ...limitVariablesOf('browser'),
  ...workerVariables,
  ...secretsVariables,
  ...siteVariables,
  PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 3004, description: 'Port of the health routes, 0 = any' }),
  EVIDENCE_DIR: Type.String({ default: '.data/evidence', description: 'Where evidence of failures is kept' }),
  EVIDENCE_TTL: Type.Integer({ minimum: 60, default: 604_800, description: 'How long evidence is kept, in seconds' }),
  PHOTO_ALLOWED_HOSTS: Type.String({
    default: '',
    description: 'Hosts (host or host:port, comma-separated) exempt from the guard against private addresses',
  }),
});
/** See {@link BrowserWorkerVariables}. */
export type BrowserWorkerConfig = Readonly<Static<typeof BrowserWorkerVariables>>;

/** The browser worker's configuration out of the environment. @throws ConfigError naming every wrong variable. */
export const loadBrowserWorkerConfig = (env: NodeJS.ProcessEnv): BrowserWorkerConfig =>
  loadConfig(BrowserWorkerVariables, env, (config) =>
    limitsFrom('browser', config).width === 1 ? [] : ['BROWSER_WIDTH must be 1: an account has one browser at a time'],
  );
