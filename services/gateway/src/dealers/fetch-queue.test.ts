import type { FastifyRequest } from 'fastify';
import { expect, it } from 'vitest';
import { ANYONE, type Caller } from '../caller.ts';
import { viewOf } from './fetch-queue.ts';

const viewFor = (caller: Partial<Caller>) => viewOf({ caller: { ...ANYONE, ...caller } } as FastifyRequest);

it('shares one view of the queue among all who see all dealers', () => {
  expect(viewFor({ id: 'a' })).toBe(viewFor({ id: 'b' }));
});

it.each([
  ['long ids that begin alike', `${'x'.repeat(100)}1`, `${'x'.repeat(100)}2`],
  ['ids of any letters', 'müller', 'möller'],
])('keeps the views of others apart: %s', (_what, one, other) => {
  const views = [one, other].map((id) => viewFor({ id, tenants: ['dealer:d1'] }));
  expect(new Set([...views, 'all']).size).toBe(3);
  for (const view of views) expect(view).toMatch(/^[0-9a-f]{64}$/);
});
