import { Command, JobEvent } from '@lanekeeper/contracts';
import { Compile } from 'typebox/compile';
import { LanesError } from './errors.ts';

const command = Compile(Command);
const jobEvent = Compile(JobEvent);

/** What a stored command turned out to be: valid, or the reason why not. */
export type DecodedCommand = { ok: true; command: Command } | { ok: false; reason: string };

/** Decodes a stored command; never throws. */
export function decodeCommand(text: string): DecodedCommand {
  const value = parseJson(text);
  if (value === undefined) return { ok: false, reason: 'the command is not valid JSON' };
  if (command.Check(value)) return { ok: true, command: value };
  const [first] = command.Errors(value);
  return {
    ok: false,
    reason: `the command is not valid: ${first?.instancePath || '/'} ${first?.message ?? ''}`.trim(),
  };
}

/** Decodes a stored event. @throws LanesError INVALID_EVENT. */
export function decodeEvent(text: string): JobEvent {
  const value = parseJson(text);
  if (value !== undefined && jobEvent.Check(value)) return value;
  throw new LanesError('INVALID_EVENT', 'a stored event does not match its schema');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // reported by the callers: no valid JSON text parses to undefined
  }
}
