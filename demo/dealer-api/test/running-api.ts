import { createDgiClient, type DgiClientOptions } from '@lanekeeper/dgi';
import { buildDealerApi } from '../app.ts';
import type { Behaviour } from '../behaviour.ts';

/** A dealer API on a free port, with a client for it. */
export async function runningApi(options: DgiClientOptions = {}) {
  const app = buildDealerApi({ seed: 1, baseDate: new Date() });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const client = createDgiClient({ deadlineMs: 20_000, ...options });
  const judge = async (method: string, path: string, body?: object): Promise<unknown> => {
    const init =
      body === undefined
        ? { method }
        : { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const answer = await fetch(`${url}/judge/${path}`, init);
    if (!answer.ok) throw new Error(`judge answered ${answer.status}: ${await answer.text()}`);
    return answer.json();
  };
  return {
    url,
    client,
    judge,
    behave: (scope: string, behaviour: Behaviour) => judge('POST', 'behaviour', { scope, behaviour }),
    [Symbol.asyncDispose]: async () => {
      await client.close();
      await app.close();
    },
  };
}
