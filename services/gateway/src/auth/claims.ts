import { fieldErrors, problem } from '@lanekeeper/service-kit';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { type Caller, Role } from '../caller.ts';

const Ids = Type.Array(Type.String({ minLength: 1, maxLength: 255 }), { maxItems: 1_000 });

/** What a token says of its bearer. `vendors`, `accounts` and `dealers` are the lanes of a `client`. */
export const Claims = Type.Object({
  sub: Type.String({ minLength: 1, maxLength: 255 }),
  exp: Type.Number({ minimum: 0 }),
  role: Role,
  vendors: Type.Optional(Ids),
  accounts: Type.Optional(Ids),
  dealers: Type.Optional(Ids),
});
/** See {@link Claims}. */
export type Claims = Static<typeof Claims>;

const claims = Compile(Claims);

/** The caller that a verified token speaks for. @throws ProblemError NOT_AUTHENTICATED naming the claim that is wrong. */
export function callerFrom(payload: unknown): Caller {
  if (!claims.Check(payload)) {
    const wrong = fieldErrors(claims.Errors(payload)).map(({ pointer, detail }) => `${pointer} ${detail}`);
    throw problem('NOT_AUTHENTICATED', `The token's claims are not valid: ${wrong.join('; ')}.`);
  }
  const { sub, exp, role, vendors = [], accounts = [], dealers = [] } = payload;
  return {
    id: `sub:${sub}`,
    role,
    tenants:
      role === 'client'
        ? [...named('vendor', vendors), ...named('account', accounts), ...named('dealer', dealers)]
        : 'all',
    vendor: vendors[0] ?? 'default',
    until: exp * 1_000,
  };
}

const named = (kind: string, ids: readonly string[]) => ids.map((id) => `${kind}:${id}`);
