import { EventEmitter, once } from 'node:events';
import { type HttpHost, readBody, startHost } from '@lanekeeper/local-stack';

/** A span as a test looks at it; `attributes` without their types. */
export type ReceivedSpan = {
  service: string;
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId: string;
  start: bigint;
  failed: boolean;
  attributes: Record<string, unknown>;
  links: { traceId: string; spanId: string }[];
};

/** A record of a log as a test looks at it. */
export type ReceivedLog = { service: string; body: string; traceId: string };

type Value = { stringValue?: string; intValue?: string | number; doubleValue?: number; boolValue?: boolean };
type Attributes = { key: string; value: Value }[];
type Resource = { resource?: { attributes: Attributes } };
type WireSpan = Pick<ReceivedSpan, 'name' | 'traceId' | 'spanId'> & {
  parentSpanId?: string;
  startTimeUnixNano: string;
  attributes?: Attributes;
  links?: ReceivedSpan['links'];
  status?: { code?: number };
};
type WireLog = { body?: Value; traceId?: string };
type Traces = { resourceSpans: (Resource & { scopeSpans: { spans: WireSpan[] }[] })[] };
type Logs = { resourceLogs: (Resource & { scopeLogs: { logRecords: WireLog[] }[] })[] };
type Metrics = { resourceMetrics: (Resource & { scopeMetrics: { metrics: { name: string }[] }[] })[] };

/** A real OTLP/HTTP receiver (JSON): keeps what services send. */
export class OtlpReceiver {
  readonly spans: ReceivedSpan[] = [];
  readonly logs: ReceivedLog[] = [];
  /** Names of metrics by service. */
  readonly metrics = new Map<string, Set<string>>();
  /** All that was sent, as it was sent. */
  readonly bodies: string[] = [];
  /** The headers of the last request. */
  headers: Record<string, unknown> = {};
  readonly #changed = new EventEmitter();
  #host: HttpHost | undefined;

  static async start(): Promise<OtlpReceiver> {
    const receiver = new OtlpReceiver();
    receiver.#host = await startHost((request, response) => {
      readBody(request).then(
        (body) => {
          receiver.headers = request.headers;
          receiver.#take(request.url ?? '', body.toString());
          response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
        },
        () => response.destroy(),
      );
    });
    return receiver;
  }

  /** The endpoint for services. */
  get url(): string {
    return this.#host?.url ?? '';
  }

  /** Resolves with what `find` finds, when it does. */
  async until<T>(find: (receiver: OtlpReceiver) => T | undefined): Promise<T> {
    for (;;) {
      const found = find(this);
      if (found !== undefined) return found;
      await once(this.#changed, 'received');
    }
  }

  async stop(): Promise<void> {
    await this.#host?.close();
  }

  #take(path: string, text: string): void {
    this.bodies.push(text);
    const body: unknown = JSON.parse(text);
    if (path === '/v1/traces') this.#takeSpans(body as Traces);
    else if (path === '/v1/logs') this.#takeLogs(body as Logs);
    else if (path === '/v1/metrics') this.#takeMetrics(body as Metrics);
    this.#changed.emit('received');
  }

  #takeSpans({ resourceSpans }: Traces): void {
    for (const { resource, scopeSpans } of resourceSpans) {
      const service = serviceOf(resource);
      for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
        const { name, traceId, spanId, parentSpanId = '', startTimeUnixNano, links = [] } = span;
        const common = { service, name, traceId, spanId, parentSpanId, links, start: BigInt(startTimeUnixNano) };
        this.spans.push({ ...common, failed: span.status?.code === 2, attributes: valuesOf(span.attributes) });
      }
    }
  }

  #takeLogs({ resourceLogs }: Logs): void {
    for (const { resource, scopeLogs } of resourceLogs) {
      for (const { body, traceId = '' } of scopeLogs.flatMap(({ logRecords }) => logRecords)) {
        this.logs.push({ service: serviceOf(resource), body: body?.stringValue ?? '', traceId });
      }
    }
  }

  #takeMetrics({ resourceMetrics }: Metrics): void {
    for (const { resource, scopeMetrics } of resourceMetrics) {
      const names = this.metrics.get(serviceOf(resource)) ?? new Set();
      for (const { name } of scopeMetrics.flatMap(({ metrics }) => metrics)) names.add(name);
      this.metrics.set(serviceOf(resource), names);
    }
  }
}

function serviceOf(resource: Resource['resource']): string {
  return String(valuesOf(resource?.attributes)['service.name']);
}

function valuesOf(attributes: Attributes = []): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
