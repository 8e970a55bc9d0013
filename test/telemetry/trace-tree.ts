import type { ReceivedSpan } from './otlp-receiver.ts';

/** Each span of a trace as the path that leads to it: `POST /v1/jobs (gateway) > send cmd.browser.* (gateway) > ...`. */
export function pathsOf(spans: readonly ReceivedSpan[]): string[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const pathOf = (span: ReceivedSpan): string => {
    const parent = byId.get(span.parentSpanId);
    return parent ? `${pathOf(parent)} > ${label(span)}` : label(span);
  };
  return spans.map(pathOf);
}

function label({ name, service, attributes }: ReceivedSpan): string {
  const type = attributes['lanekeeper.event.type'];
  return `${name}${type ? ` ${type}` : ''} (${service})`;
}
