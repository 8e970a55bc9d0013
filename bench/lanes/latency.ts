import { openTestbed } from './testbed.ts';

const now = () => performance.timeOrigin + performance.now();

/** When jobs start, by their ids, as their worker reports it. */
class Starts {
  readonly seen: { lane: string; at: number }[] = [];
  readonly #waiting = new Map<string, PromiseWithResolvers<number>>();

  readonly onReport = (report: { type: string; jobId?: string; lane?: string; at?: number }) => {
    if (report.type !== 'start') return;
    const { jobId = '', lane = '', at = 0 } = report;
    this.seen.push({ lane, at });
    this.#of(jobId).resolve(at);
  };

  at(jobId: string): Promise<number> {
    return this.#of(jobId).promise;
  }

  #of(jobId: string): PromiseWithResolvers<number> {
    const known = this.#waiting.get(jobId) ?? Promise.withResolvers<number>();
    this.#waiting.set(jobId, known);
    return known;
  }
}

/** Milliseconds from the answer to a submit until the handler runs, on lanes that are idle. `nodes`: of a NATS cluster. */
export async function startLatencies(count: number, nodes = 1): Promise<number[]> {
  await using bed = await openTestbed(undefined, nodes);
  const starts = new Starts();
  await bed.worker({ slots: 4, report: true, onReport: starts.onReport });
  const latencies: number[] = [];
  for (let n = -20; n < count; n++) {
    const [jobId = ''] = await bed.submit([{ lane: `lane-${n % 10}`, ms: 0 }]);
    const answeredAt = now();
    const latency = Math.max(0, (await starts.at(jobId)) - answeredAt);
    if (n >= 0) latencies.push(latency); // the first ones find cold code
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return latencies;
}

/** One long lane alone, then ten lanes of one job beside it; jobs of 20 ms, 4 slots. */
export async function besideALongLane(): Promise<{ alonePerSecond: number; waits: number[] }> {
  await using bed = await openTestbed();
  const starts = new Starts();
  await bed.submit(Array.from({ length: 1_000 }, () => ({ lane: 'long', ms: 20 })));
  const worker = await bed.worker({ slots: 4, report: true, onReport: starts.onReport });
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const [before, from] = [starts.seen.length, now()];
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const alonePerSecond = ((starts.seen.length - before) * 1_000) / (now() - from);
  const ids = await bed.submit(Array.from({ length: 10 }, (_, n) => ({ lane: `short-${n}`, ms: 20 })));
  const answeredAt = now();
  const waits = await Promise.all(ids.map(async (id) => Math.max(0, (await starts.at(id)) - answeredAt)));
  await worker.kill('SIGKILL');
  return { alonePerSecond, waits };
}
