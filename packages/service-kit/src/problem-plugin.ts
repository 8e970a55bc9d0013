import type { Socket } from 'node:net';
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { Settings } from 'typebox/system';
import { fieldErrors, type SchemaFault } from './field-errors.ts';
import { ProblemError, problem, problemBody } from './problem.ts';

/** Faults that one answer names at most. */
const MAX_FAULTS = 1_000;

/**
 * Makes every answer that is not a success `application/problem+json` and validates by TypeBox, without defaults,
 * and bodies without coercion. Register it first: it must see all routes to tell a wrong method (405) from a wrong path.
 */
export const problemPlugin = fp(
  async (app: FastifyInstance) => {
    Settings.Set({ maxErrors: MAX_FAULTS });
    const routes: { method: string; path: RegExp }[] = [];
    app.addHook('onRoute', ({ method, url }) => {
      for (const one of [method].flat()) routes.push({ method: one, path: pathPattern(url) });
    });
    app.setValidatorCompiler(TypeBoxValidatorCompiler);
    app.setErrorHandler((error: FastifyError, request, reply) => sendProblem(error, request, reply));
    app.setNotFoundHandler((request, reply) => {
      const path = request.url.split('?', 1)[0] ?? '';
      const methods = new Set(routes.filter((route) => route.path.test(path)).map((route) => route.method));
      return sendProblem(unknownRoute(request.method, path, [...methods]), request, reply);
    });
  },
  { name: 'problem', fastify: '5.x' },
);

/** Fastify's `frameworkErrors` option: problems for requests that reach no route, such as a malformed URL. */
export function sendFrameworkProblem(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  void sendProblem(error, request, reply);
}

/** Fastify's `clientErrorHandler` option: a problem for what is not HTTP at all, or too slow or long to be taken as such. */
export function refuseBrokenHttp(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const body = JSON.stringify(problemBody(problem('INVALID_REQUEST', 'The request is not valid HTTP.')));
  const head = ['HTTP/1.1 400 Bad Request', 'content-type: application/problem+json', 'connection: close'];
  socket.end(`${head.join('\r\n')}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

function sendProblem(error: FastifyError | ProblemError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const answer = error instanceof ProblemError ? error : translate(error, request.id);
  if (answer.code === 'INTERNAL') request.log.error({ err: error }, 'the request failed');
  else if (answer.statusCode >= 500) request.log.warn({ err: answer }, 'the request could not be served');
  return reply
    .code(answer.statusCode)
    .headers(answer.headers)
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send(problemBody(answer));
}

function translate(error: FastifyError, requestId: string): ProblemError {
  if (error.validation) return invalid(error);
  const status = error.statusCode ?? 500;
  if (status === 413) return problem('BODY_TOO_LARGE', 'The body is larger than this route accepts.');
  if (status === 415) return problem('UNSUPPORTED_MEDIA_TYPE', 'The body must be application/json.');
  if (status === 404 || status === 414) return problem('NOT_FOUND', 'There is nothing at this address.');
  if (error.code === 'FST_ERR_BAD_URL') return problem('INVALID_REQUEST', 'The path is not valid percent-encoding.');
  if (error.code === 'FST_ERR_CTP_EMPTY_JSON_BODY') {
    return problem('INVALID_REQUEST', 'The body is empty; JSON is expected.');
  }
  if (status === 403) return problem('NOT_ALLOWED', 'This is not allowed.');
  if (error instanceof SyntaxError || error.code?.startsWith('FST_ERR_CTP_')) {
    return problem('INVALID_REQUEST', 'The body could not be read as JSON.');
  }
  if (status >= 400 && status < 500) return problem('INVALID_REQUEST', 'The request cannot be understood.');
  return problem('INTERNAL', `The server failed to handle the request; its log has the cause under ${requestId}.`);
}

const PARTS = { body: 'body', querystring: 'query', params: 'path', headers: 'headers' } as const;

function invalid(error: FastifyError): ProblemError {
  const part = PARTS[(error.validationContext as keyof typeof PARTS | undefined) ?? 'body'] ?? 'body';
  const errors = fieldErrors((error.validation ?? []) as unknown as SchemaFault[]);
  return invalidFields(errors, part);
}

/** The problem that names offending fields; its detail repeats the first of them in words. */
export function invalidFields(errors: ProblemError['errors'], part = 'body'): ProblemError {
  const first = errors[0];
  const field = first === undefined || first.pointer === '' ? `The ${part}` : `${first.pointer} in the ${part}`;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return problem('INVALID_REQUEST', `${field} ${first?.detail ?? 'is not valid'}${more}.`, { errors });
}

function unknownRoute(method: string, path: string, methods: readonly string[]): ProblemError {
  if (methods.length === 0 || methods.includes(method)) {
    return problem('NOT_FOUND', `There is nothing at ${path}.`);
  }
  const allow = methods.join(', ');
  return problem('METHOD_NOT_ALLOWED', `${path} answers ${allow}, not ${method}.`, { headers: { allow } });
}

function pathPattern(url: string): RegExp {
  const parts = url.split('/').map((part) => {
    if (part === '*') return '.*';
    return part.startsWith(':') ? '[^/]+' : part.replace(/[^\w-]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('/')}$`);
}
