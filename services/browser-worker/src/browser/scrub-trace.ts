import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import type { Mask } from './mask.ts';

type Json = Record<string, unknown>;

/**
 * Makes a Playwright trace fit to be kept: screenshots, actions and logs stay; bodies, headers, cookies and what was
 * typed go. It still opens in Playwright's trace viewer.
 */
export function scrubTrace(zip: Uint8Array, mask: Mask): Uint8Array {
  const kept: Record<string, Uint8Array> = {};
  for (const [name, bytes] of Object.entries(unzipSync(zip))) {
    if (/\.jpe?g$/.test(name)) kept[name] = bytes;
    else if (name.endsWith('.trace')) kept[name] = eachLine(bytes, withoutTyping, mask);
    else if (name.endsWith('.network')) kept[name] = eachLine(bytes, withoutContent, mask);
    else if (name.endsWith('.stacks')) kept[name] = bytes;
  }
  return zipSync(kept, { level: 1 });
}

function eachLine(bytes: Uint8Array, scrub: (line: Json) => Json, mask: Mask): Uint8Array {
  const lines = strFromU8(bytes).split('\n').filter(Boolean);
  return strToU8(lines.map((line) => `${mask(JSON.stringify(scrub(JSON.parse(line) as Json)))}\n`).join(''));
}

// Typed values stand in the parameters of an action and, once more, in its log.
function withoutTyping(line: Json): Json {
  if (line.type === 'log')
    return { ...line, message: String(line.message).replace(/(fill|type)\(.*\)/s, '$1([masked])') };
  const params = line.params as Json | undefined;
  if (!params) return line;
  const typed = ['value', 'text', 'payloads', 'localPaths', 'expression', 'arg'].filter((name) => name in params);
  return { ...line, params: { ...params, ...Object.fromEntries(typed.map((name) => [name, '[masked]'])) } };
}

function withoutContent(line: Json): Json {
  const snapshot = line.snapshot as { request: Json; response: Json } | undefined;
  if (!snapshot) return line;
  const { postData: _body, ...request } = snapshot.request;
  const content = { size: -1, mimeType: (snapshot.response.content as Json | undefined)?.mimeType ?? '' };
  const bare = { headers: [], cookies: [] };
  return {
    ...line,
    snapshot: {
      ...snapshot,
      request: { ...request, ...bare, url: withoutQuery(request.url), queryString: [] },
      response: { ...snapshot.response, ...bare, content, redirectURL: withoutQuery(snapshot.response.redirectURL) },
    },
  };
}

const withoutQuery = (url: unknown): string => String(url ?? '').replace(/[?#].*$/s, '');
