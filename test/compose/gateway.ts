import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { Compose } from './compose.ts';

const WITHIN_MS = 5 * 60_000;
const OVER = ['completed', 'failed', 'cancelled', 'uncertain'];

/** What the gateway answered. */
export type Answer = { status: number; body: Record<string, unknown> };
/** Asks the gateway for a path: a POST when there is a body, unless another method is given. */
export type Call = (path: string, init?: { token?: string; method?: string; body?: object }) => Promise<Answer>;

/** Calls to the gateway of a project, which is ready. */
export async function callsTo(compose: Compose): Promise<Call> {
  const call: Call = async (path, { token, body, method = body ? 'POST' : 'GET' } = {}) => {
    // A restart may publish another port.
    const address = (await compose.read('port', 'gateway', '3000')).trim();
    const response = await fetch(`http://${address}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  };
  assert.equal((await call('/readyz')).status, 200);
  return call;
}

/** A token with these claims, as an operator would make one. */
export const mint = async (compose: Compose, ...args: string[]): Promise<string> =>
  (await compose.read('exec', '-T', 'gateway', 'node', 'src/mint-token.ts', ...args)).trim();

/** The body of an answer that must have this status. */
export function expectStatus({ status, body }: Answer, expected: number): Answer['body'] {
  assert.equal(status, expected, JSON.stringify(body));
  return body;
}

/** Asks for a job until it is over and answers it; it must have completed within five minutes. */
export async function untilCompleted(call: Call, token: string, path: string): Promise<Answer['body']> {
  const until = Date.now() + WITHIN_MS;
  for (;;) {
    const { body } = await call(path, { token });
    if (OVER.includes(String(body.state)) || Date.now() > until) {
      assert.equal(body.state, 'completed', JSON.stringify(body));
      return body;
    }
    await delay(500);
  }
}
