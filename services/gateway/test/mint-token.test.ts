import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { aGateway } from './a-gateway.ts';
import { withTokens } from './tokens.ts';

const run = promisify(execFile);
const script = path.join(import.meta.dirname, '../src/mint-token.ts');
const mint = async (args: string[], env: Record<string, string>) =>
  (await run(process.execPath, [script, ...args], { env: { PATH: process.env.PATH, ...env } })).stdout.trim();

test('a minted token is one that the gateway takes', async () => {
  const token = await mint(['--role', 'client', '--vendors', 'acme, globex'], { AUTH_SECRET: withTokens.AUTH_SECRET });
  await using gateway = await aGateway({}, withTokens);
  const read = { url: '/api/worker/health', headers: { authorization: `Bearer ${token}` } };
  expect((await gateway.app.inject(read)).json()).toMatchObject({ code: 'NOT_ALLOWED' });
});

test.each([
  ['no secret', ['--role', 'admin'], {}, /AUTH_SECRET is required/],
  ['an unknown role', ['--role', 'king'], { AUTH_SECRET: withTokens.AUTH_SECRET }, /\/role must be one of/],
  ['an unknown option', ['--king'], { AUTH_SECRET: withTokens.AUTH_SECRET }, /--king/],
])('with %s it says what is wrong', async (_what, args, env, message) => {
  await expect(mint(args, env)).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(message) });
});
