/**
 * Prints a bearer token for `AUTH=jwt`, signed with AUTH_SECRET (and for AUTH_ISSUER and AUTH_AUDIENCE, if set):
 *
 *     node src/mint-token.ts --role client --sub alice --vendors acme,globex --hours 24
 *
 * `--role`: admin, operator, client or viewer. `--vendors`, `--accounts`, `--dealers`: the lanes of a client.
 */
import { parseArgs } from 'node:util';
import { ConfigError, loadConfig, ProblemError } from '@lanekeeper/service-kit';
import Type from 'typebox';
import { type Claims, callerFrom } from './auth/claims.ts';
import { signToken } from './auth/sign-token.ts';
import { authVariables } from './config.ts';

const text = { type: 'string' } as const;
const lists = { vendors: text, accounts: text, dealers: text };
const options = { sub: text, role: text, hours: text, ...lists };

try {
  const { sub = 'operator', role = 'operator', hours = '24', ...lanes } = parseArgs({ options }).values;
  const exp = Math.floor(Date.now() / 1_000 + Number(hours) * 3_600);
  const ids = Object.entries(lanes).map(([kind, list]) => [kind, list.split(',').map((id) => id.trim())]);
  const claims = { sub, role, exp, ...Object.fromEntries(ids) } as Claims;
  callerFrom(claims);
  const config = loadConfig(Type.Object(authVariables), process.env, ({ AUTH_SECRET }) =>
    AUTH_SECRET === '' ? ['AUTH_SECRET is required: it signs the token'] : [],
  );
  process.stdout.write(`${await signToken(claims, config)}\n`);
} catch (error) {
  const ours = error instanceof ConfigError || error instanceof ProblemError || error instanceof TypeError;
  if (!ours) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
