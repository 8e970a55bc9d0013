import type { Account, Accounts } from '@lanekeeper/accounts';
import { MarketplaceSite } from '@lanekeeper/contracts';
import { Value } from 'typebox/value';

/** Adds an account. Answers the exit code. */
export async function addAccount(
  accounts: Accounts,
  { email, site, language, id }: { email: string; site: string; language: string; id?: string | undefined },
): Promise<number> {
  if (!Value.Check(MarketplaceSite, site)) {
    console.error(`--site must be one of ${MarketplaceSite.anyOf.map(({ const: name }) => name).join(', ')}`);
    return 2;
  }
  const account = await accounts.add({ email, site, language, id });
  console.log(`added ${account.id}; connect it: npm run account -- login ${account.id}`);
  return 0;
}

/** Prints all accounts. Answers the exit code. */
export async function listAccounts(accounts: Accounts): Promise<number> {
  const all = await accounts.list();
  for (const { id, email, site, state, stateReason, hasSession } of all) {
    const login = hasSession ? 'session' : 'no session';
    console.log([id, email, site, login, state, stateReason ?? ''].join('\t').trimEnd());
  }
  if (all.length === 0) console.log('no accounts');
  return 0;
}

/** Removes an account. Answers the exit code. */
export async function removeAccount(accounts: Accounts, name: string): Promise<number> {
  const account = await findAccount(accounts, name);
  if (!account) return 1;
  await accounts.remove(account.id);
  console.log(`removed ${account.id}`);
  return 0;
}

/** The account of an e-mail address or id; says so when there is none. */
export async function findAccount(accounts: Accounts, name: string): Promise<Account | undefined> {
  const account = (await accounts.named([name])).get(name);
  if (!account) console.error(`there is no account ${name}; add it: npm run account -- add ${name}`);
  return account;
}
