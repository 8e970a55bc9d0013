import { fastifyStatic } from '@fastify/static';
import { type FastifyInstance, fastify } from 'fastify';

/** Serves the photos of one folder, as a shop's own web server would: `GET /<name>`. */
export async function buildPhotoHost(folder: string): Promise<FastifyInstance> {
  const app = fastify({ forceCloseConnections: true });
  await app.register(fastifyStatic, { root: folder, index: false });
  return app;
}
