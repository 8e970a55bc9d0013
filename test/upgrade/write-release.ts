/**
 * `write-release.ts <version>`: keeps what this version writes and how it reads, for later versions to be tested against.
 * To be run once, when a version is released; what is kept is never changed.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command, JobEvent } from '@lanekeeper/contracts';
import { startNats } from '@lanekeeper/local-stack';
import { foldAll } from './fold-all.ts';
import { recordMessages } from './record-messages.ts';

const [version = ''] = process.argv.slice(2);
if (!/^\d+\.\d+\.\d+$/.test(version)) throw new Error('Usage: write-release.ts <version>');
const dir = path.join(import.meta.dirname, 'releases', version);
const scratch = await mkdtemp(path.join(tmpdir(), 'lanekeeper-release-'));
const nats = await startNats({ dir: scratch });
try {
  const messages = await recordMessages(new URL(nats.url).host);
  await mkdir(dir, { recursive: true });
  await write('messages.json', messages);
  await write('schemas.json', { Command, JobEvent });
  await write('jobs.json', foldAll(messages.events));
} finally {
  await nats.stop();
  await rm(scratch, { recursive: true, force: true });
}

async function write(name: string, content: object): Promise<void> {
  await writeFile(path.join(dir, name), `${JSON.stringify(content, null, 2)}\n`);
}
