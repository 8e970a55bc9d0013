/** Starts a server, prints its address and waits to be killed; the parent in guard.test.ts. */
import { startNats } from '../src/mod.ts';

const server = await startNats({ dir: process.argv[2] as string });
process.stdout.write(`${server.url}\n`);
