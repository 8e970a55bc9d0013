import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { BackupFailed } from './errors.ts';

/** What the server said of a stream when it was saved; given back to it unread at the restore. */
const SavedStream = Type.Object({
  /** File in the folder of the backup. */
  file: Type.String(),
  /** Its name without the namespace, so that it can be found whatever that is. */
  role: Type.Union([
    Type.Literal('commands'),
    Type.Literal('events'),
    Type.Literal('lanes'),
    Type.Literal('idempotency'),
  ]),
  config: Type.Object({ name: Type.String() }),
  state: Type.Object({ messages: Type.Integer(), last_seq: Type.Integer() }),
});
/** See {@link SavedStream}. */
export type SavedStream = Static<typeof SavedStream>;

/** What a backup holds. */
const Manifest = Type.Object({
  version: Type.Literal(1),
  startedAt: Type.String(),
  prefix: Type.String(),
  /** File with the database's statements; absent when only streams were saved. */
  database: Type.Optional(Type.String()),
  /** In the order in which they were saved. */
  streams: Type.Array(SavedStream),
});
/** See {@link Manifest}. */
export type Manifest = Static<typeof Manifest>;

const FILE = 'backup.json';
const manifest = Compile(Manifest);

/** Writes the manifest: last, so that a folder without one is not a whole backup. */
export async function writeManifest(dir: string, content: Manifest): Promise<void> {
  await writeFile(path.join(dir, FILE), `${JSON.stringify(content, null, 2)}\n`);
}

/** Reads the manifest of a backup. @throws BackupFailed NOT_A_BACKUP. */
export async function readManifest(dir: string): Promise<Manifest> {
  try {
    const content: unknown = JSON.parse(await readFile(path.join(dir, FILE), 'utf8'));
    if (manifest.Check(content)) return content;
  } catch (cause) {
    throw new BackupFailed('NOT_A_BACKUP', `${dir} holds no whole backup: its ${FILE} cannot be read`, { cause });
  }
  throw new BackupFailed('NOT_A_BACKUP', `${dir} holds a backup that this version does not know`);
}
