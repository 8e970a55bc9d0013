import type { JetStreamClient } from '@nats-io/jetstream';

/** Where a stream begins and ends, and when it was created: sequences of another creation mean nothing. */
export type StreamBounds = {
  firstSeq: number;
  lastSeq: number;
  created: string;
  /** When the first message was stored; undefined in an empty stream. */
  firstAt: Date | undefined;
};

/** Asks the server for a stream's bounds. In an empty stream the first sequence is one beyond the last. */
export async function streamBounds(js: JetStreamClient, stream: string): Promise<StreamBounds> {
  const { state, created } = await (await js.jetstreamManager(false)).streams.info(stream);
  const empty = state.messages === 0;
  return {
    firstSeq: empty ? state.last_seq + 1 : state.first_seq,
    lastSeq: state.last_seq,
    created,
    firstAt: empty ? undefined : new Date(state.first_ts),
  };
}
