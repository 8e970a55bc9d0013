import fastifyStatic from '@fastify/static';
import { problem } from '@lanekeeper/service-kit';
import type { FastifyError, FastifyPluginAsync } from 'fastify';

/**
 * Serves the images of the local store under /media/. A file's name changes with its content, so it may be kept for
 * ever. Nothing in a file may run as a page of this site; other sites may show the images.
 */
export const media: FastifyPluginAsync<{ directory: string }> = async (app, { directory }) => {
  // Whatever is not a file of this directory is not there, whichever trick the path tries.
  app.setErrorHandler((error: FastifyError) => {
    if ((error.statusCode ?? 500) < 500) throw problem('NOT_FOUND', 'There is no such file.', { cause: error });
    throw error;
  });
  await app.register(fastifyStatic, {
    root: directory,
    prefix: '/media/',
    decorateReply: false,
    index: false,
    redirect: false,
    dotfiles: 'ignore',
    immutable: true,
    maxAge: '365d',
    setHeaders(reply) {
      reply.header('content-security-policy', "default-src 'none'; sandbox");
      reply.header('cross-origin-resource-policy', 'cross-origin');
      reply.header('x-content-type-options', 'nosniff');
    },
  });
};
