import { fastifyMultipart, type MultipartFile, type MultipartValue } from '@fastify/multipart';
import { type FastifyInstance, type FastifyRequest, fastify } from 'fastify';
import type { Logger } from 'pino';
import { cutOut } from './cut-out.ts';
import type { MaskModel } from './mask-model.ts';
import { addMisbehaviour } from './misbehaviour.ts';
import { missingFile, readRemovalForm } from './removal-form.ts';

const MAX_PHOTO_BYTES = 100 * 2 ** 20;

/** A server that speaks rembg's HTTP protocol: `POST /api/remove`, `GET /api`. */
export async function buildRembg(model: MaskModel, log: Logger): Promise<FastifyInstance> {
  const app = fastify({ forceCloseConnections: true });
  await app.register(fastifyMultipart, { limits: { fileSize: MAX_PHOTO_BYTES, files: 1 } });
  addMisbehaviour(app);
  app.get('/api', async (_request, reply) => reply.type('text/html').send('<title>Rembg</title>POST /api/remove'));
  app.post('/api/remove', async (request, reply) => {
    const { file, fields } = await readForm(request);
    const options = readRemovalForm(fields, request.query as Record<string, unknown>);
    const problems = [...(file ? [] : [missingFile]), ...(Array.isArray(options) ? options : [])];
    if (!file || Array.isArray(options)) return reply.code(422).send({ detail: problems });
    const began = performance.now();
    const png = await cutOut(file, options, model);
    log.info({ bytes: file.length, ms: Math.round(performance.now() - began) }, 'background removed');
    return reply.type('image/png').send(png);
  });
  // The real server answers whatever goes wrong inside, a photo that cannot be read included, with these words.
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    log.warn({ err: error }, 'request failed');
    if (error.statusCode && error.statusCode < 500) return reply.code(error.statusCode).send({ detail: error.message });
    return reply.code(500).type('text/plain; charset=utf-8').send('Internal Server Error');
  });
  return app;
}

async function readForm(
  request: FastifyRequest,
): Promise<{ file: Buffer | undefined; fields: Record<string, string> }> {
  const fields: Record<string, string> = {};
  let file: Buffer | undefined;
  if (!request.isMultipart()) return { file, fields };
  for await (const part of request.parts() as AsyncIterable<MultipartFile | MultipartValue>) {
    if (part.type === 'field') fields[part.fieldname] = String(part.value);
    else if (part.fieldname === 'file') file = await part.toBuffer();
    else part.file.resume();
  }
  return { file, fields };
}
