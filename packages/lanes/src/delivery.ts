/** What the reply subject of a delivery says about it. */
export type DeliveryInfo = {
  /** Sequence in the stream. */
  streamSeq: number;
  /** How often it was delivered, this time included. */
  deliveries: number;
  /** When the message was stored, milliseconds since the epoch. */
  storedAt: number;
};

const NANOS_PER_MS = 1_000_000n;

/**
 * Reads the reply subject of a delivery: `$JS.ACK.<stream>.<consumer>.<delivered>.<sseq>.<cseq>.<time>.<pending>`, or
 * with domain and account hash in front of the stream (ADR-15 of the NATS architecture documents).
 * @throws RangeError when it is none.
 */
export function parseDelivery(reply: string | undefined): DeliveryInfo {
  const tokens = (reply ?? '').split('.');
  const at = tokens.length === 9 ? 4 : 6;
  const [delivered, streamSeq, , time] = tokens.slice(at);
  if (tokens[0] !== '$JS' || tokens[1] !== 'ACK' || time === undefined) {
    throw new RangeError('not the reply subject of a JetStream delivery');
  }
  return {
    streamSeq: Number(streamSeq),
    deliveries: Number(delivered),
    storedAt: Number(BigInt(time) / NANOS_PER_MS),
  };
}
