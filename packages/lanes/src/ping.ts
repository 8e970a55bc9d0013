import type { NatsConnection, Subscription } from '@nats-io/nats-core';
import { isNoResponders } from './errors.ts';

/** What a live worker says of itself. `info` is what its service adds. */
export type WorkerReport = {
  workerId: string;
  workload: string;
  slots: number;
  busy: number;
  info: Record<string, unknown>;
};

/** Asks all workers on a subject who they are and collects the answers that come within `waitMs`. */
export async function pingWorkers(nc: NatsConnection, subject: string, waitMs: number): Promise<WorkerReport[]> {
  const reports: WorkerReport[] = [];
  try {
    const answers = await nc.requestMany(subject, '', { maxWait: waitMs, strategy: 'stall', stall: waitMs / 3 });
    for await (const answer of answers) reports.push(answer.json<WorkerReport>());
  } catch (error) {
    if (!isNoResponders(error)) throw error;
  }
  return reports;
}

/** Answers pings with what `report` says at that moment. */
export function answerPings(nc: NatsConnection, subject: string, report: () => WorkerReport): Subscription {
  return nc.subscribe(subject, {
    callback: (error, message) => {
      if (!error) message.respond(JSON.stringify(report()));
    },
  });
}
