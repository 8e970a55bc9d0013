/** The measured process of image-overhead.ts: `node image-overhead-process.ts <photo host> <rembg>`; prints JSON. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createPhotoFetcher, parseAllowedHosts } from '@lanekeeper/photos';
import { createLogger } from '@lanekeeper/service-kit';
import { configureImageLibrary, makeWarmUpPhoto } from '../services/image-worker/src/image-library.ts';
import { RembgPool } from '../services/image-worker/src/rembg/rembg-pool.ts';
import { createRemoveBg } from '../services/image-worker/src/remove-bg.ts';
import { createLocalStore } from '../services/image-worker/src/store/local-store.ts';
import type { Overhead } from './image-overhead.ts';

const [photoHost = '', rembgUrl = ''] = process.argv.slice(2);
const IN_FLIGHT = 3;
const ROUNDS = 8;

configureImageLibrary();
const dir = await mkdtemp(path.join(tmpdir(), 'lanekeeper-overhead-'));
const fetcher = createPhotoFetcher({ allowedHosts: parseAllowedHosts(new URL(photoHost).host) });
const model = 'isnet-general-use';
const log = createLogger('overhead', 'silent');
// The one server stands for three: each job finds one free, as in a fleet of three.
const urls = Array.from({ length: IN_FLIGHT }, () => rembgUrl);
const pool = new RembgPool({ urls, model, warmUpImage: await makeWarmUpPhoto(), log });
let outputBytes = 0;

/** Own time of one photo: all but the call of rembg. */
async function measure(recordId: string): Promise<number> {
  let inRembg = 0;
  const photoUrl = `${photoHost}/photo.jpg`;
  const handle = createRemoveBg({
    fetcher,
    model,
    store: createLocalStore({ directory: dir, publicUrl: 'http://127.0.0.1:3000' }),
    records: { readPhoto: async () => ({ url: photoUrl }), replacePhoto: async () => 'written' },
    rembg: {
      removeBackground: async (...request) => {
        const began = performance.now();
        const mask = await pool.removeBackground(...request);
        inRembg += performance.now() - began;
        return mask;
      },
    },
  });
  const began = performance.now();
  const data = { recordId, vendorId: 'bench', photoUrl };
  const job = { jobId: recordId, workload: 'remove-bg', lane: 'bench', tenant: 'bench', submittedAt: '', data };
  const signal = new AbortController().signal;
  const nothing = async () => undefined;
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const context = {
    signal,
    attempt: 1,
    intents: [],
    progress: () => undefined,
    intend: nothing,
    assertOwned: nothing,
    log,
  };
  outputBytes = (await handle(job, context)).bytes;
  return performance.now() - began - inRembg;
}

await measure('warm-up');
const alone: number[] = [];
for (let round = 0; round < ROUNDS; round++) alone.push(await measure(`alone-${round}`));
const cpuBefore = process.cpuUsage();
const began = performance.now();
const lanes = Array.from({ length: IN_FLIGHT }, async (_, lane) => {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push(await measure(`${lane}-${round}`));
  return times;
});
const together = (await Promise.all(lanes)).flat();
const total = performance.now() - began;
const cpu = process.cpuUsage(cpuBefore);
const cpuMs = (cpu.user + cpu.system) / 1_000 / together.length;
const peakRss = process.resourceUsage().maxRSS * 1024;
const result: Overhead = { alone, together, total, cpuMs, peakRss, outputBytes };
process.stdout.write(JSON.stringify(result));
await Promise.all([fetcher.close(), pool.close()]);
await rm(dir, { recursive: true, force: true });
