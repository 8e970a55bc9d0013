import { type Account, AccountsError } from '@lanekeeper/accounts';
import { invalidFields, problem } from '@lanekeeper/service-kit';
import type { FastifyRequest } from 'fastify';
import { callerOf, seesLane } from '../caller.ts';
import type { GatewayDeps } from '../deps.ts';
import { fromDatabase as askDatabase } from '../from-database.ts';

/** Whether the caller sees an account, its lane and its jobs: a token's `accounts` are account ids. */
export function seesAccount(request: FastifyRequest, id: string): boolean {
  return seesLane(callerOf(request), 'browser', id);
}

/**
 * The accounts that a body's `accounts` names by e-mail address or id, in that order.
 * @throws ProblemError INVALID_REQUEST naming each that the caller does not see or that does not exist.
 */
export async function namedAccounts(
  request: FastifyRequest,
  { accounts: { accounts } }: GatewayDeps,
  names: readonly string[],
): Promise<Account[]> {
  const known = await fromDatabase(() => accounts.named(names));
  const faults = names.flatMap((name, at) => {
    const account = known.get(name);
    if (account && seesAccount(request, account.id)) return [];
    return [{ pointer: `/accounts/${at}`, detail: `names no account that is known: ${name}` }];
  });
  if (faults.length > 0) throw invalidFields(faults);
  return names.map((name) => known.get(name) as Account);
}

/** The account of an id. @throws ProblemError NOT_FOUND when the caller does not see it. */
export async function seenAccount(
  request: FastifyRequest,
  { accounts: { accounts } }: GatewayDeps,
  id: string,
): Promise<Account> {
  const account = seesAccount(request, id) ? await fromDatabase(() => accounts.find(id)) : undefined;
  if (!account) throw noAccount();
  return account;
}

/** The problem of an account that is not there. */
export const noAccount = () => problem('NOT_FOUND', 'There is no account with this id.');

/** Asks the database. @throws ProblemError NOT_READY while it is away, INVALID_REQUEST when another account is in the way. */
export const fromDatabase = <T>(act: () => Promise<T>): Promise<T> =>
  askDatabase('The accounts', act, (error) => (error instanceof AccountsError ? taken(error) : undefined));

const taken = ({ code }: AccountsError) =>
  invalidFields([
    code === 'EMAIL_TAKEN'
      ? { pointer: '/email', detail: 'is the e-mail address of another account' }
      : { pointer: '/id', detail: 'is the id of another account' },
  ]);
