import { JobFailure, JobUncertain, type Lanes, openLanes, startWorker } from '@lanekeeper/lanes';
import { nuid } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { leftIn, readEvents } from '../chaos/observe.ts';

/** What a release writes: commands and events, as they stand in the streams. */
export type Messages = { commands: object[]; events: { type: string; jobId: string }[] };

const WORKLOAD = 'probe';
const limits = { width: 1, fleetLimit: 8, timeoutMs: 60_000, attempts: 2, backoffMs: 50 };
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const POLL_MS = 50;

type Act = 'complete' | 'fail' | 'uncertain' | 'hang' | 'wait';

/**
 * Lets the engine write every kind of message: jobs that complete, fail, end uncertain and are resolved, are cancelled,
 * handed back, and repeated. In a namespace of its own, which it removes.
 */
export async function recordMessages(server: string): Promise<Messages> {
  const nc = await connect({ servers: server });
  const lanes = await openLanes({ nc, prefix: `t${nuid.next()}_` });
  try {
    await lanes.pause({ workload: WORKLOAD, lane: 'wait' }, 'so that it can be cancelled');
    const acts = ['complete', 'fail', 'uncertain', 'hang', 'wait'] as const;
    const [, failed, uncertain, , waiting] = await submit(lanes, acts);
    const commands = await storedCommands(lanes);
    const first = await work(lanes);
    await until(
      async () => (await typesOf(lanes)).filter((type) => type === 'uncertain' || type === 'failed').length === 2,
    );
    await until(async () => (await typesOf(lanes)).includes('progressed'));
    await lanes.resolve({ jobId: uncertain }, 'completed');
    await lanes.retry({ jobId: failed });
    await lanes.cancel({ jobId: waiting }, { reason: 'not wanted any more' });
    await first.stop(0); // hands the job that hangs back
    const second = await work(lanes, 'complete');
    await until(async () => (await leftIn(lanes)).commands === 0);
    await second.stop(1_000);
    return { commands, events: await readEvents(lanes) };
  } finally {
    for (const stream of await lanes.jsm.streams.names().next()) {
      if (stream.includes(lanes.names.commandsStream.slice(0, -'COMMANDS'.length)))
        await lanes.jsm.streams.delete(stream);
    }
    await nc.close();
  }
}

async function submit(lanes: Lanes, acts: readonly Act[]): Promise<[string, string, string, string, string]> {
  const runAt = new Date().toISOString();
  const job = { workload: WORKLOAD, width: 1, tenant: 'tenant', priority: 'high', runAt } as const;
  const { jobs } = await lanes.submit(acts.map((act) => ({ ...job, lane: act, data: { act, text: 'ünïcode' } })));
  return jobs.map(({ jobId }) => jobId) as [string, string, string, string, string];
}

function work(lanes: Lanes, always?: Act) {
  return startWorker<{ act: Act }>({
    lanes,
    workload: { name: WORKLOAD, limits, check: () => [] },
    times: { sweepMs: 500 },
    log: silent,
    handle: async ({ data }, context) => {
      switch (always ?? data.act) {
        case 'complete':
          context.progress(50, 'half way');
          return { success: true };
        case 'fail':
          throw new JobFailure({ code: 'TEMPORARY', message: 'It may work later.', retryable: true });
        case 'uncertain':
          await context.intend('publish');
          throw new JobUncertain({ code: 'UNKNOWN', message: 'Nobody knows.' });
        case 'hang':
        case 'wait':
          return new Promise((_, reject) =>
            context.signal.addEventListener('abort', () => reject(context.signal.reason)),
          );
      }
    },
  });
}

async function storedCommands({ jsm, names }: Lanes): Promise<object[]> {
  const commands: object[] = [];
  for await (const message of await jsm.direct.getBatch(names.commandsStream, { seq: 1, batch: 100 })) {
    commands.push(message.json<object>());
  }
  return commands;
}

const typesOf = async (lanes: Lanes) => (await readEvents(lanes)).map(({ type }) => type);

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
}
