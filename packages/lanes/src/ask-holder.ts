import type { Names } from '@lanekeeper/contracts';
import type { NatsConnection, Subscription } from '@nats-io/nats-core';
import type { Lanes } from './open-lanes.ts';
import { whileConnected } from './while-connected.ts';
import type { WorkerContext } from './worker-context.ts';

/** How long a worker may take to answer, in milliseconds. */
const ANSWER_TIMEOUT_MS = 500;

type Links = Pick<Lanes, 'nc' | 'names'>;

/** Answers what others ask of a worker about the jobs it holds. */
export function answerAsHolder(nc: NatsConnection, names: Names, context: WorkerContext): Subscription[] {
  const { holding, workerId } = context;
  const answer = (subject: string, decide: (text: string) => boolean) =>
    nc.subscribe(subject, {
      callback: (error, message) => {
        if (!error) message.respond(decide(message.string()) ? 'yes' : 'no');
      },
    });
  return [
    answer(names.holds(workerId), (jobId) => holding.get(jobId)?.valid() === true),
    answer(names.abort(workerId), (text) => {
      const { jobId, reason } = JSON.parse(text) as { jobId: string; reason?: string };
      return holding.get(jobId)?.cancel(reason) === true;
    }),
  ];
}

/** Whether a worker says that it holds a job. No answer counts as no. */
export function stillHolds(lanes: Links, workerId: string, jobId: string): Promise<boolean> {
  return ask(lanes, lanes.names.holds(workerId), jobId);
}

/** Asks a worker to stop a job for good; whether it does. No answer counts as no. */
export function askToAbort(lanes: Links, workerId: string, jobId: string, reason?: string): Promise<boolean> {
  return ask(lanes, lanes.names.abort(workerId), JSON.stringify({ jobId, reason }));
}

async function ask({ nc }: Links, subject: string, text: string): Promise<boolean> {
  try {
    const answer = await whileConnected(nc, () => nc.request(subject, text, { timeout: ANSWER_TIMEOUT_MS }));
    return answer.string() === 'yes';
  } catch {
    return false; // no one there, or no answer in time: both mean that it is not known to hold the job
  }
}
