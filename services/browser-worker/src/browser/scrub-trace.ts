import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import type { Mask } from './mask.ts';

type Json = Record<string, unknown>;

/**
 * Makes a Playwright trace fit to be kept: screenshots, actions and logs stay; requests and what was typed go. It still
 * opens in Playwright's trace viewer.
 */
export function scrubTrace(zip: Uint8Array, mask: Mask): Uint8Array {
  const kept: Record<string, Uint8Array> = {};
  for (const [name, bytes] of Object.entries(unzipSync(zip))) {
    if (/\.jpe?g$/.test(name)) kept[name] = bytes;
    else if (name.endsWith('.trace')) kept[name] = eachLine(bytes, mask);
    // Requests are recorded with DOM snapshots only, and are not to be kept if that ever changes.
    else if (name.endsWith('.network')) kept[name] = new Uint8Array();
    else if (name.endsWith('.stacks')) kept[name] = bytes;
  }
  return zipSync(kept, { level: 1 });
}

function eachLine(bytes: Uint8Array, mask: Mask): Uint8Array {
  const lines = strFromU8(bytes).split('\n').filter(Boolean);
  return strToU8(lines.map((line) => `${mask(JSON.stringify(withoutTyping(JSON.parse(line) as Json)))}\n`).join(''));
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
