import type { Json } from './testbed.ts';

/** An event as an SSE client sees it. */
export type SseEvent = { id: string; type: string; data: Json };

/** A connection to a stream; reads only when asked. */
export type SseConnection = {
  status: number;
  headers: Headers;
  /** The next dispatched event; undefined at the end of the stream. */
  next: () => Promise<SseEvent | undefined>;
  /** The resume point so far, as EventSource would keep it. */
  lastId: () => string;
  /** All text so far. */
  text: () => string;
  close: () => void;
};

/** Connects to a stream and parses it as the HTML standard says. */
export async function openSse(url: string, headers: Record<string, string> = {}): Promise<SseConnection> {
  const abort = new AbortController();
  const response = await fetch(url, { headers, signal: abort.signal });
  const reader = (response.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  let all = '';
  let lastId = '';
  const next = async (): Promise<SseEvent | undefined> => {
    for (;;) {
      const end = rest.indexOf('\n\n');
      if (end >= 0) {
        const block = rest.slice(0, end);
        rest = rest.slice(end + 2);
        const fields = block.split('\n').filter((line) => !line.startsWith(':'));
        const value = (name: string) => fields.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
        lastId = value('id') ?? lastId;
        const data = value('data');
        if (data !== undefined) return { id: lastId, type: value('event') ?? 'message', data: JSON.parse(data) };
        continue;
      }
      const chunk = await reader.read().catch(() => ({ done: true, value: undefined }));
      if (chunk.done) return undefined;
      rest += chunk.value;
      all += chunk.value;
    }
  };
  return {
    status: response.status,
    headers: response.headers,
    next,
    lastId: () => lastId,
    text: () => all,
    close: () => abort.abort(),
  };
}
