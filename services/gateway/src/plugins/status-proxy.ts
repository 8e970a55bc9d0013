import type { ServerResponse } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';
import replyFrom from '@fastify/reply-from';
import { traceHeaders } from '@lanekeeper/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { callerOf, scopeHeaders } from '../caller.ts';
import { statusAway } from '../status/status-client.ts';
import { queryWithoutTicket } from './authenticate.ts';

declare module 'fastify' {
  interface FastifyReply {
    /** Answers with what the status service says to the same request, scoped to what the caller sees. */
    fromStatus: () => FastifyReply;
  }
}

/** Headers of a client that the status service gets; all else, and above all scope headers, stays here. */
const REQUEST_HEADERS = ['accept', 'last-event-id', 'if-none-match'];
/** Headers of the status service that the client gets; the rest is about the connection between the two. */
const ANSWER_HEADERS = ['content-type', 'content-length', 'cache-control', 'etag', 'retry-after', 'x-accel-buffering'];
/** Longest wait for the begin of an answer, in milliseconds; a stream may then last without end. */
const PATIENCE_MS = 10_000;
/** The longest that a timer can wait, in milliseconds: 24 days. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** When an event stream's client is to come back while the status service is away, in milliseconds. */
const COME_BACK_MS = 1_000;

/** Passes reads and event streams on to the status service. Streams end cleanly when the gateway stops. */
export const statusProxy = fp<{ statusUrl: string }>(
  async (app, { statusUrl }) => {
    const streams = new Set<PassThrough>();
    const undici = { headersTimeout: PATIENCE_MS, bodyTimeout: 0, connections: null, connect: { timeout: 2_000 } };
    await app.register(replyFrom, { base: statusUrl, disableRequestLogging: true, undici });
    app.decorateReply('fromStatus', function (this: FastifyReply) {
      return this.from(undefined, {
        retryDelay: () => null,
        queryString: (_search, url) => queryWithoutTicket(url),
        rewriteRequestHeaders: (request, headers) => ({
          ...pick(headers, REQUEST_HEADERS),
          host: headers.host,
          ...traceHeaders(),
          ...scopeHeaders(callerOf(request as FastifyRequest)),
        }),
        rewriteHeaders: (headers) => pick(headers, ANSWER_HEADERS),
        onError: (answer, { error }) => {
          const reply = answer as FastifyReply;
          if (isEventSource(reply.request)) comeBack(reply);
          else void reply.send(statusAway(error));
        },
        onResponse: (request, reply, { stream }) => {
          const source = stream as unknown as Readable;
          if (!String(reply.getHeader('content-type')).startsWith('text/event-stream')) return void reply.send(source);
          const body = endingCleanly(source, callerOf(request as FastifyRequest).until);
          streams.add(body);
          body.once('close', () => streams.delete(body));
          // A stream may be quiet for long: the client must hear at once that it is open.
          const raw = reply.raw as ServerResponse;
          raw.once('pipe', () => raw.flushHeaders());
          void reply.send(body);
        },
      });
    });
    app.addHook('preClose', async () => {
      for (const stream of streams) stream.end();
    });
  },
  { name: 'status-proxy', dependencies: ['problem'] },
);

/**
 * An event stream that ends when its source ends, fails or is cut: a client drops the event that was cut short, comes
 * back with `Last-Event-ID` and misses nothing. When the client leaves, or its token ends, the source is let go.
 */
function endingCleanly(source: Readable, until = Number.POSITIVE_INFINITY): PassThrough {
  const body = new PassThrough();
  const expiry = setTimeout(() => body.end(), Math.min(until - Date.now(), LONGEST_TIMER_MS)).unref();
  source.once('error', () => body.end());
  source.once('aborted', () => body.end());
  body.once('close', () => {
    clearTimeout(expiry);
    source.destroy();
  });
  source.pipe(body);
  return body;
}

/** Whether a stream of events was asked for by a client that reads such: browsers' EventSource says so by `Accept`. */
function isEventSource({ headers }: FastifyRequest): boolean {
  return headers.accept?.includes('text/event-stream') ?? false;
}

/**
 * Answers a stream that ends at once. An EventSource takes any other status than 200 as final and never comes back; after
 * an end it does, with the `Last-Event-ID` it had.
 */
function comeBack(reply: FastifyReply): void {
  void reply
    .header('cache-control', 'no-store')
    .type('text/event-stream; charset=utf-8')
    .send(`retry: ${COME_BACK_MS}\n\n`);
}

function pick<T extends Record<string, unknown>>(headers: T, names: readonly string[]): T {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => names.includes(name))) as T;
}
