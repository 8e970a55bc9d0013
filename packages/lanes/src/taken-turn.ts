import { parseSubject } from '@lanekeeper/contracts';
import type { Msg } from '@nats-io/nats-core';
import { parseDelivery } from './delivery.ts';
import { Lease } from './lease.ts';
import { SettledCommands } from './settle.ts';
import type { WorkerContext } from './worker-context.ts';

/** What is known of the delivery of a turn; see JobEvent for what it proves. */
export type TurnDelivery = { consumer: string; turn: number; slot: number; count: number };

/** A turn that this worker serves. */
export type TakenTurn = {
  message: Msg;
  lane: string;
  slot: number;
  delivery: TurnDelivery;
  lease: Lease;
  /** Commands whose jobs have ended in this turn. */
  settled: SettledCommands;
};

/** How a turn came here: when it was asked for (`performance.now()`), and which consumer was believed to be there then. */
export type Asked = { askedAt: number; consumer: string };

/** Takes a delivered turn: its lease begins. Undefined when the message is no turn. */
export function takeTurn(context: WorkerContext, message: Msg, { askedAt, consumer }: Asked): TakenTurn | undefined {
  const parts = parseSubject(message.subject);
  const slot = Number(parts?.tail);
  if (!parts || !Number.isInteger(slot)) return undefined;
  const { streamSeq: turn, deliveries: count } = parseDelivery(message.reply);
  const { lanes, times } = context;
  return {
    message,
    lane: parts.lane,
    slot,
    delivery: { consumer, turn, slot, count },
    lease: new Lease({
      nc: lanes.nc,
      turn: message.reply ?? '',
      ackWaitMs: times.ackWaitMs,
      onGone: () => context.turnsConsumer.miss(),
      since: askedAt,
    }),
    settled: new SettledCommands(lanes),
  };
}
