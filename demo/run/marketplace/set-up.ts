import type { Addresses } from '../../launcher/stack.ts';
import { call } from '../call.ts';
import type { PlannedAccount, PlannedOperation } from './plan.ts';

const MONTH_DAYS = 30;

/** Opens an account at the site and connects it, as its owner would. Answers its id. */
export async function connect(
  { gateway, marketplace }: Pick<Addresses, 'gateway' | 'marketplace'>,
  { email, password, language, login, old }: PlannedAccount,
): Promise<string> {
  await call('POST', `${marketplace}/judge/accounts`, { email, password, language });
  for (const title of old) {
    await call('POST', `${marketplace}/judge/listings`, { account: email, title, price: 10, ageDays: MONTH_DAYS });
  }
  const locale = language === 'es' ? 'es-ES' : 'en-US';
  const account = { email, site: 'generic', language: locale };
  const { id } = await call<{ id: string }>('POST', `${gateway}/v1/accounts`, account);
  if (login === 'password') await call('PUT', `${gateway}/v1/accounts/${id}/credentials`, { password });
  else {
    const session = await call<object>('POST', `${marketplace}/judge/sessions`, { account: email });
    await call('PUT', `${gateway}/v1/accounts/${id}/session`, session);
  }
  return id;
}

/** Asks for one operation by the interface that old clients use. Answers its job id. */
export async function ask(gateway: string, email: string, operation: PlannedOperation): Promise<string> {
  const accounts = [email];
  const { results } =
    operation.kind === 'post'
      ? await call<Queued>('POST', `${gateway}/accounts/post-to-marketplace/`, { accounts, ...operation.listing })
      : await call<Queued>('POST', `${gateway}/accounts/renew-listings/`, {
          accounts,
          renewal_count: operation.count,
        });
  return results[0]?.job_id ?? '';
}

interface Queued {
  results: { job_id: string }[];
}
