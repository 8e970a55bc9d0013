import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Command, JobEvent } from '@lanekeeper/contracts';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { foldAll } from './fold-all.ts';
import { type Messages, recordMessages } from './record-messages.ts';

/*
 * While a system is upgraded, old and new services work together: each reads what the other writes. What former releases
 * wrote, and the schemas by which they read, are kept in `releases`; see docs/operations.md.
 */

const RELEASES = path.join(import.meta.dirname, 'releases');
const kept = <T>(version: string, file: string) =>
  JSON.parse(readFileSync(path.join(RELEASES, version, file), 'utf8')) as T;

/** The same message as a later version may write it: with fields that this one does not know, also within these parts. */
function withMore<T extends object>(message: T, within: readonly string[] = []): T {
  const parts = Object.entries(message).map(([name, value]) =>
    within.includes(name) ? [name, { ...value, later: [1] }] : [name, value],
  );
  return { ...Object.fromEntries(parts), later: { nested: true } } as T;
}
const PARTS = ['job', 'error', 'delivery'];

let now: Messages;
beforeAll(async () => {
  now = await recordMessages(new URL(inject('natsUrl')).host);
}, 60_000);

const all = (check: (message: object) => boolean, messages: readonly object[]) =>
  messages.filter((message) => !check(message));

describe.each(readdirSync(RELEASES))('release %s', (version) => {
  const old = kept<Messages>(version, 'messages.json');
  const schemas = kept<{
    Command: TSchema;
    JobEvent: TSchema & { anyOf: { properties: { type: { const: string } } }[] };
  }>(version, 'schemas.json');
  const [oldCommand, oldEvent] = [Compile(schemas.Command), Compile(schemas.JobEvent)];

  it('has left an example of every event that it knows', () => {
    const known = schemas.JobEvent.anyOf.map(({ properties }) => properties.type.const);
    expect([...new Set(old.events.map(({ type }) => type))].toSorted()).toEqual(known.toSorted());
  });

  it('wrote what is still understood, and means what it meant', () => {
    const [command, event] = [Compile(Command), Compile(JobEvent)];
    expect(all((message) => command.Check(message), old.commands)).toEqual([]);
    expect(all((message) => event.Check(message), old.events)).toEqual([]);
    expect(foldAll(old.events)).toEqual(kept(version, 'jobs.json'));
  });

  it('understands what is written now', () => {
    expect(all((message) => oldCommand.Check(message), now.commands)).toEqual([]);
    expect(all((message) => oldEvent.Check(message), now.events)).toEqual([]);
  });

  it('ignores fields that later versions add', () => {
    expect(
      all(
        (message) => oldCommand.Check(message),
        now.commands.map((command) => withMore(command)),
      ),
    ).toEqual([]);
    expect(
      all(
        (message) => oldEvent.Check(message),
        now.events.map((event) => withMore(event, PARTS)),
      ),
    ).toEqual([]);
    expect(foldAll(old.events.map((event) => withMore(event, ['job', 'delivery'])))).toEqual(
      kept(version, 'jobs.json'),
    );
  });
});
