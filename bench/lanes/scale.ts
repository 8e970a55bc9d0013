import { cpuMs, rssBytes } from './process-cost.ts';
import { openTestbed } from './testbed.ts';

const BULK = 1_000;

/** What many lanes cost. Bytes and milliseconds. */
export type Scale = { cpuMsPerCommand: number; perSecond: number; serverBytesPerCommand: number; workerGrowth: number };

/** Drains `commands` spread over `lanes`. Cost is processor time of worker and server together, which load disturbs little. */
export async function scale(lanes: number, commands: number): Promise<Scale> {
  await using bed = await openTestbed();
  const emptyServer = await rssBytes(bed.nats.pid);
  for (let at = 0; at < commands; at += BULK) {
    await bed.submit(Array.from({ length: BULK }, (_, n) => ({ lane: `lane-${(at + n) % lanes}`, ms: 0 })));
  }
  const serverBytesPerCommand = ((await rssBytes(bed.nats.pid)) - emptyServer) / commands;
  const worker = await bed.worker({ slots: 50 });
  const used = async () => (await cpuMs(worker.pid)) + (await cpuMs(bed.nats.pid));
  const before = await used();
  const startedAt = performance.now();
  await untilLeft(bed.left, commands / 2);
  const halfWay = await rssBytes(worker.pid);
  await bed.drained();
  return {
    cpuMsPerCommand: ((await used()) - before) / commands,
    perSecond: (commands * 1_000) / (performance.now() - startedAt),
    serverBytesPerCommand,
    workerGrowth: (await rssBytes(worker.pid)) / halfWay,
  };
}

async function untilLeft(left: () => Promise<number>, count: number): Promise<void> {
  while ((await left()) > count) await new Promise((resolve) => setTimeout(resolve, 50));
}
