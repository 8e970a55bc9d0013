import { Accounts, type AccountsDatabase, accountsMigrations, Operations, Posts } from '@lanekeeper/accounts';
import { createPhotoFetcher, parseAllowedHosts } from '@lanekeeper/photos';
import { limitsFrom, SecretBox, type ServiceContext } from '@lanekeeper/service-kit';
import { openDatabase } from '@lanekeeper/worker-kit';
import type { Kysely } from 'kysely';
import type { BrowserWorkerConfig } from './config.ts';
import { openDrivers } from './open-drivers.ts';
import type { OperationParts, StepHook } from './operations/operation.ts';

/** The parts of the worker that talk to the outside but NATS, and the database itself for the readiness check. */
export type OpenParts = Omit<OperationParts, 'lanes'> & { db: Kysely<AccountsDatabase> };

/** Opens what operations need; everything is released with the service. */
export async function openParts(
  config: BrowserWorkerConfig,
  context: ServiceContext,
  onStep?: StepHook,
): Promise<OpenParts> {
  const box = new SecretBox(config.SECRETS_KEY);
  const db = await openDatabase<AccountsDatabase>(config, context, { accounts: accountsMigrations });
  const fetcher = createPhotoFetcher({ allowedHosts: parseAllowedHosts(config.PHOTO_ALLOWED_HOSTS) });
  context.releasers.add('photo fetcher', () => fetcher.close());
  const { timeoutMs, attempts } = limitsFrom('browser', config);
  return {
    db,
    accounts: new Accounts(db),
    posts: new Posts(db),
    operations: new Operations(db),
    box,
    fetcher,
    drivers: openDrivers(config),
    browser: {
      executablePath: config.CHROMIUM_PATH,
      ...(config.CHROMIUM_SANDBOX === 'auto' ? {} : { sandbox: config.CHROMIUM_SANDBOX === 'on' }),
    },
    evidenceDir: config.EVIDENCE_DIR,
    timeoutMs,
    attempts,
    ...(onStep ? { onStep } : {}),
  };
}
