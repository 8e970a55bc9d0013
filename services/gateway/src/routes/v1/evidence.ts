import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { problem } from '@lanekeeper/service-kit';
import type { FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { callerOf, scopeHeaders } from '../../caller.ts';
import type { GatewayDeps } from '../../deps.ts';
import { problems } from '../../openapi/answers.ts';

/** What evidence consists of, and what each file is. */
const TYPES: Readonly<Record<string, string>> = {
  'screenshot.png': 'image/png',
  'page.html': 'text/html; charset=utf-8',
  'trace.zip': 'application/zip',
  'console.json': 'application/json',
};
const JOB = /^[A-Za-z0-9_-]{1,64}$/;
const RUN = /^\d{1,6}-[0-9a-f]{8}$/;

const Run = Type.Object({
  run: Type.String({ description: 'The attempt, and what tells it from others of its number' }),
  files: Type.Array(Type.Object({ name: Type.String(), bytes: Type.Integer(), href: Type.String() })),
});
const Runs = Type.Object({ evidence: Type.Array(Run) });

const list = {
  tags: ['Jobs'],
  summary: 'What was kept of failed attempts of a job in a browser',
  description:
    'Screenshot, HTML without what was typed in, trace and console errors of each, for as long as they are kept.',
  params: Type.Object({ id: Type.String() }),
  response: { 200: Runs, ...problems(404, 503) },
};
const one = {
  ...list,
  summary: 'What was kept of one failed attempt',
  params: Type.Object({ id: Type.String(), run: Type.String() }),
  response: { 200: Run, ...problems(404, 503) },
};
const file = {
  tags: ['Jobs'],
  summary: 'One file of the evidence',
  params: Type.Object({ id: Type.String(), run: Type.String(), file: Type.String() }),
  response: { 200: Type.Unknown({ description: 'The file' }), ...problems(404, 503) },
};

/** GET /v1/jobs/:id/evidence, /v1/jobs/:id/evidence/:run and /v1/jobs/:id/evidence/:run/:file */
export const evidenceRoutes: FastifyPluginAsyncTypebox<GatewayDeps> = async (app, deps) => {
  const root = path.resolve(deps.config.EVIDENCE_DIR);
  app.get('/v1/jobs/:id/evidence', { schema: list }, async (request) => {
    const { id } = request.params;
    await assertSeen(request, deps, id);
    const runs = (await entries(path.join(root, id))).filter((run) => RUN.test(run)).toSorted();
    return { evidence: await Promise.all(runs.map((run) => describe(deps, root, id, run))) };
  });
  app.get('/v1/jobs/:id/evidence/:run', { schema: one }, async (request) => {
    const { id, run } = request.params;
    await assertSeen(request, deps, id);
    const described = RUN.test(run) ? await describe(deps, root, id, run) : undefined;
    if (!described || described.files.length === 0) throw gone();
    return described;
  });
  app.get('/v1/jobs/:id/evidence/:run/:file', { schema: file }, async (request, reply) => {
    const { id, run, file } = request.params;
    await assertSeen(request, deps, id);
    const type = Object.hasOwn(TYPES, file) ? TYPES[file] : undefined;
    const target = path.join(root, id, run, file);
    const size = type && RUN.test(run) ? await sizeOf(target) : undefined;
    if (type === undefined || size === undefined) throw gone();
    // A page of somebody else's must not act as one of this site.
    reply.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox");
    reply.header('x-content-type-options', 'nosniff').header('cache-control', 'private, no-store');
    return reply.type(type).header('content-length', size).send(createReadStream(target));
  });
};

/** @throws ProblemError NOT_FOUND when the caller does not see the job, or there can be none of this id. */
async function assertSeen(request: FastifyRequest, { status }: GatewayDeps, id: string): Promise<void> {
  const caller = callerOf(request);
  const sees = JOB.test(id) && (caller.tenants === 'all' || (await status.job(id, scopeHeaders(caller))));
  if (!sees) throw problem('NOT_FOUND', 'There is no job with this id.');
}

async function describe({ config }: GatewayDeps, root: string, id: string, run: string): Promise<Static<typeof Run>> {
  const names = (await entries(path.join(root, id, run))).filter((name) => Object.hasOwn(TYPES, name)).toSorted();
  const files = await Promise.all(
    names.map(async (name) => ({
      name,
      bytes: (await sizeOf(path.join(root, id, run, name))) ?? 0,
      href: `${config.PUBLIC_URL}/v1/jobs/${id}/evidence/${run}/${name}`,
    })),
  );
  return { run, files };
}

const gone = () => problem('NOT_FOUND', 'There is no such evidence; it is removed after a time.');

const entries = (dir: string): Promise<string[]> => readdir(dir).catch(ifMissing([]));
const sizeOf = (file: string): Promise<number | undefined> =>
  stat(file).then((found) => (found.isFile() ? found.size : undefined), ifMissing(undefined));

function ifMissing<T>(instead: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return instead;
    throw error;
  };
}
