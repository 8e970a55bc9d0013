import { httpProblems, Problem } from '@lanekeeper/contracts';
import Type, { type TObject } from 'typebox';

const statuses = Object.values(httpProblems).map(({ status }) => status);
type ProblemStatus = (typeof statuses)[number];
type ProblemAnswer = { description: string; content: { 'application/problem+json': { schema: TObject } } };

const body = Type.Object(Problem.properties);

/** Documents the problem answers of a route, by status. */
export function problems(...statuses: ProblemStatus[]): Record<number, ProblemAnswer> {
  const documented = new Map<number, string>();
  for (const [code, { status, title }] of Object.entries(httpProblems)) {
    if (!statuses.includes(status)) continue;
    const before = documented.get(status);
    documented.set(status, `${before === undefined ? '' : `${before}; `}${code}: ${title}`);
  }
  const answer = (description: string): ProblemAnswer => ({
    description,
    content: { 'application/problem+json': { schema: body } },
  });
  return Object.fromEntries([...documented].map(([status, description]) => [status, answer(description)]));
}

/** The problems of every route that submits work, besides those of who is calling. */
export const submitProblems = problems(400, 413, 415, 422, 503);

/** The problems of the routes whose submits are counted against rate limits: those that take work of the image queue. */
export const limitedSubmitProblems = { ...submitProblems, ...problems(429) };

/** The header that makes repeating a submit safe. */
export const IdempotencyHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      description:
        'Any text of yours. For 24 hours the same key with the same body answers with the same jobs and adds none; ' +
        'with another body it is refused. Estimates in the answer are those of the moment.',
    }),
  ),
});
